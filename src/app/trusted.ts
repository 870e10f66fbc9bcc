// Addresses of our own worker scripts as Trusted Types ask for them: one policy, which lets nothing through but the page's own origin.
interface Policy {
  createScriptURL(url: string): string
}
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy
}

const factory = (globalThis as { readonly trustedTypes?: PolicyFactory }).trustedTypes

const policy = factory?.createPolicy('beeyard-worker', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('a worker of another origin')
    return url
  },
})

export const trustedWorkerUrl = (url: string): string => (policy ? policy.createScriptURL(url) : url)
