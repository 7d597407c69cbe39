// Gossipsub's RPC on the wire: protobuf, written and read without copying (leanSpec:
// networking/gossipsub/rpc.py).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// A peer follows a topic, or no longer does.
struct SubscriptionView {
  bool subscribe = false;
  std::string_view topic;
};

/// A published message. leanSpec sends topic and data only; the other fields are read and written, and used
/// for nothing.
struct MessageView {
  std::string_view topic;
  base::ByteView data;
  base::ByteView from = {};
  base::ByteView seqno = {};
  base::ByteView signature = {};
  base::ByteView key = {};
};

/// Peers hold these messages (IHAVE), ask for them (IWANT) or decline them (IDONTWANT).
struct IdsView {
  std::string_view topic;  ///< Of IHAVE; the others have none.
  std::size_t first = 0;   ///< Where the ids begin in ControlView::ids.
  std::size_t count = 0;
};

/// The sender has left the mesh of a topic and should be left alone for `backoff` seconds.
struct PruneView {
  std::string_view topic;
  std::uint64_t backoff = 0;
};

/// The control part of an RPC. The ids of all entries lie in one list, so that reading allocates nothing.
struct ControlView {
  std::vector<base::ByteView> ids;
  std::vector<IdsView> ihave;
  std::vector<IdsView> iwant;
  std::vector<std::string_view> graft;
  std::vector<PruneView> prune;
  std::vector<IdsView> idontwant;

  void clear();
  /// Without entries; such a part is not written.
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::span<const base::ByteView> ids_of(const IdsView& entry) const {
    return std::span(ids).subspan(entry.first, entry.count);
  }
};

/// One RPC, as views into the bytes that it was read from. Meant to be kept and read into again, so that
/// reading allocates nothing.
struct RpcView {
  std::vector<SubscriptionView> subscriptions;
  std::vector<MessageView> publish;
  ControlView control;

  void clear();
};

/// An RPC of more parts than this (subscriptions, messages, control entries and ids together) is refused:
/// their views would take many times the room of the bytes.
inline constexpr std::size_t kRpcPartsMax = 1 << 16;

/// Reads an RPC. False, with `out` unspecified, when the bytes are malformed: a length or number past the
/// end, an overlong number, a wire type other than 0, 1, 2 or 5, a topic that is not UTF-8; or when there are
/// more than kRpcPartsMax parts. Unknown fields are read over; of several control parts the last counts.
[[nodiscard]] bool decode_rpc(base::ByteView in, RpcView& out);

/// Appends the RPC's encoding to `out`: subscriptions, messages, control, in this order, empty fields left
/// out.
void encode_rpc(const RpcView& rpc, base::Bytes& out);

/// How many bytes encode_rpc would append for nothing but this one message.
[[nodiscard]] std::size_t encoded_publish_size(const MessageView& message);

}  // namespace lockstep::networking
