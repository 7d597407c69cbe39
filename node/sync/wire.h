// What catching up asks of the network.
#pragma once

#include <cstdint>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/runtime/transport.h"

namespace lockstep::sync {

/// Carries requests to peers and answers back to them, and fetched blocks to the chain. Never blocks and
/// never calls back at once.
class Wire {
 public:
  virtual ~Wire() = default;

  /// Sends a request; false when it could not even be queued. `id` comes back with the answer.
  [[nodiscard]] virtual bool request(runtime::PeerId peer, std::uint64_t id,
                                     const chain::Request& request) = 0;
  /// Answers a peer's request; false when it could not even be queued.
  [[nodiscard]] virtual bool respond(runtime::PeerId peer, std::uint64_t id,
                                     const chain::Response& response) = 0;
  /// Hands in a block to be imported; what becomes of it comes back as a block result. False when there is no
  /// room for it at present. Requires: `root` is the block's hash_tree_root.
  [[nodiscard]] virtual bool import_block(const spec::Root& root, chain::SignedBlockPointer block,
                                          runtime::PeerId from) = 0;
  /// Notes that a peer's answer broke the rules, or that nobody had asked for it.
  virtual void complain(runtime::PeerId peer, chain::Drop reason) = 0;
};

}  // namespace lockstep::sync
