// Words on helpers for hover texts, in both languages, by name without bpf_.
export const HELPER_DOCS: Readonly<Record<string, { readonly en: string; readonly ko: string }>> = {}
