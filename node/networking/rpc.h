// Gossipsub's RPC on the wire: protobuf, written and read without copying (leanSpec:
// networking/gossipsub/rpc.py).
#pragma once

#include <string_view>
#include <vector>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// A peer follows a topic, or no longer does.
struct SubscriptionView {
  bool subscribe = false;
  std::string_view topic;
};

/// A published message. leanSpec sends neither author nor signature; where a peer does, they are read over.
struct MessageView {
  std::string_view topic;
  base::ByteView data;
};

/// One RPC, as views into the bytes that it was read from. Meant to be kept and read into again, so that
/// reading allocates nothing.
struct RpcView {
  std::vector<SubscriptionView> subscriptions;
  std::vector<MessageView> publish;
  /// The encoded control message (IHAVE, IWANT, GRAFT, PRUNE, IDONTWANT); empty when there is none.
  base::ByteView control;

  void clear();
};

/// Reads an RPC. False, with `out` unspecified, when the bytes are malformed: a length or number past the
/// end, an overlong number, a wire type other than 0, 1, 2 or 5. Unknown fields are read over.
[[nodiscard]] bool decode_rpc(base::ByteView in, RpcView& out);

/// Appends the RPC's encoding to `out`: subscriptions, messages, control, in this order, empty fields left
/// out.
void encode_rpc(const RpcView& rpc, base::Bytes& out);

/// How many bytes encode_rpc would append for nothing but this one message.
[[nodiscard]] std::size_t encoded_publish_size(const MessageView& message);

}  // namespace lockstep::networking
