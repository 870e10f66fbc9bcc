// How a check ends: 0, or a negative errno as Linux gives it to the loader. UNSUPPORTED is ours: the program needs something that is
// not modelled, so neither yes nor no can be said; what it is stands in env.feature.
export const EPERM = 1
export const ENOENT = 2
export const ESRCH = 3
export const E2BIG = 7
export const EBADF = 9
export const ENOMEM = 12
export const EACCES = 13
export const EFAULT = 14
export const EBUSY = 16
export const EEXIST = 17
export const EINVAL = 22
export const ERANGE = 34
export const EPROTO = 71
export const EOPNOTSUPP = 95
export const ENOTSUPP = 524

export const UNSUPPORTED = -100_000
