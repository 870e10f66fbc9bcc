// Can it be done without a proxy? Refuses every message that begins with "POST".
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("sk_msg")
int across(struct sk_msg_md *msg)
{
	char *text = (char *)(long)msg->data;

	if (text[0] == 'P' && text[1] == 'O')
		return SK_DROP;
	return SK_PASS;
}

char LICENSE[] SEC("license") = "GPL";
