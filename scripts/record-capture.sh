#!/bin/sh
# Records src/engine/captures/first-steps.pcap: real traffic between two network namespaces of this machine, made for the purpose.
# Needs root, iproute2, ethtool, tcpdump, ping, curl and python3. Leaves nothing behind. Usage: scripts/record-capture.sh [FILE]
#
#   client 10.0.0.1 fd00::1  ---- veth ----  server 10.0.0.2 fd00::2       (and 10.0.100.1, 10.0.100.2 on VLAN 100)
#
# The tagged frames go through raw sockets, so that a kernel without VLAN interfaces can record too.
set -eu
out=${1:-$(dirname "$0")/../src/engine/captures/first-steps.pcap}
client=capture-client server=capture-server
work=$(mktemp -d)
in_client() { ip netns exec $client "$@"; }
cleanup() {
	[ -z "${dump:-}" ] || kill "$dump" 2>/dev/null || true
	[ -z "${serve:-}" ] || kill "$serve" 2>/dev/null || true
	ip netns del $client 2>/dev/null || true
	ip netns del $server 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT INT TERM

ip netns add $client
ip netns add $server
ip -n $client link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns $server
for side in 1 2; do
	[ $side = 1 ] && ns=$client || ns=$server
	ip netns exec $ns sysctl -q -w net.ipv6.conf.eth0.router_solicitations=0
	# Without offloads the checksums are computed before the packet is seen, and no packet is larger than the wire allows.
	ip netns exec $ns ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null
	ip -n $ns link set lo up
	ip -n $ns link set eth0 up
	ip -n $ns addr add 10.0.0.$side/24 dev eth0
	ip -n $ns addr add fd00::$side/64 dev eth0 nodad
done

cat >"$work/tagged.py" <<'PY'
# A ping on VLAN 100 and its answer, by hand.
import socket, struct

CLIENT, SERVER = bytes([2, 0, 0, 0, 0, 1]), bytes([2, 0, 0, 0, 0, 2])

def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff ^ total

def icmp(kind, body):
    head = struct.pack('!BBHHH', kind, 0, 0, 100, 1)
    return head[:2] + struct.pack('!H', checksum(head + body)) + head[4:] + body

def frame(to, by, source, destination, payload):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 1, 0, 64, 1, 0, source, destination)
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    return to + by + struct.pack('!HHH', 0x8100, 100, 0x0800) + head + payload

def raw():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind(('eth0', 0))
    return s
PY
cat >"$work/serve.py" <<'PY'
# HTTP on ports 80 and 8080, a name server that knows one name, an echo over UDP, and an answer to pings on VLAN 100.
import socket, threading
import tagged

def http(port, body):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('10.0.0.2', port))
    s.listen()
    while True:
        c, _ = s.accept()
        c.recv(4096)
        c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (len(body), body))
        c.close()

def dns():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('10.0.0.2', 53))
    while True:
        q, peer = s.recvfrom(512)
        answer = b'\xc0\x0c' + b'\x00\x01\x00\x01' + (60).to_bytes(4, 'big') + b'\x00\x04' + bytes([10, 0, 0, 2])
        s.sendto(q[:2] + b'\x81\x80' + q[4:6] + b'\x00\x01' + b'\x00' * 4 + q[12:] + answer, peer)

def echo():
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.bind(('fd00::2', 9000))
    while True:
        data, peer = s.recvfrom(512)
        s.sendto(data, peer)

def vlan():
    # The kernel takes the tag off a received frame; what is left is told by its addresses.
    s = tagged.raw()
    while True:
        data, peer = s.recvfrom(2048)
        if peer[2] != socket.PACKET_OUTGOING and data[:6] == tagged.SERVER and data[26:34] == bytes([10, 0, 100, 1, 10, 0, 100, 2]):
            s.send(tagged.frame(tagged.CLIENT, tagged.SERVER, data[30:34], data[26:30], tagged.icmp(0, data[42:])))

for target, args in ((vlan, ()), (http, (80, b'hello from the hive\n')), (http, (8080, b'nothing to see here\n')), (dns, ()), (echo, ())):
    threading.Thread(target=target, args=args).start()
PY
cat >"$work/ask.py" <<'PY'
# A question for the name server over IPv4, a greeting for the echo over IPv6, or a ping on VLAN 100.
import socket, sys
import tagged

if sys.argv[1] == 'vlan':
    data = tagged.icmp(8, b'buzz, tagged')
    tagged.raw().send(tagged.frame(tagged.SERVER, tagged.CLIENT, bytes([10, 0, 100, 1]), bytes([10, 0, 100, 2]), data))
    sys.exit()

if sys.argv[1] == 'dns':
    s, to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ('10.0.0.2', 53)
    s.bind(('10.0.0.1', 40053))
    data = b'\xbe\xe5\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00' + b'\x04hive\x07example\x00' + b'\x00\x01\x00\x01'
else:
    s, to = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), ('fd00::2', 9000)
    s.bind(('fd00::1', 40900))
    data = b'buzz over IPv6'
s.settimeout(5)
s.sendto(data, to)
s.recvfrom(512)
PY

ip netns exec $server python3 "$work/serve.py" &
serve=$!
# What a link says of itself when it comes up is over after this.
sleep 4
ip netns exec $server tcpdump -q -n -i eth0 --immediate-mode -U -w "$work/raw.pcap" 2>/dev/null &
dump=$!
sleep 1

in_client ping -q -n -c 2 -i 0.2 10.0.0.2 >/dev/null
in_client python3 "$work/ask.py" dns
in_client curl -s --local-port 41000 -A beeyard http://10.0.0.2/ >/dev/null
in_client curl -s --local-port 41001 -A beeyard http://10.0.0.2:8080/ >/dev/null
in_client ping -q -n -c 1 fd00::2 >/dev/null
in_client python3 "$work/ask.py" echo
in_client python3 "$work/ask.py" vlan
sleep 0.2
in_client ping -q -n -c 1 -s 1600 10.0.0.2 >/dev/null

sleep 1
kill $dump
wait $dump || true
dump=
cp "$work/raw.pcap" "$out"
echo "$out: $(wc -c <"$out") bytes"
