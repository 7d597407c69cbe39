// A node's way to its peers on which its answers to requests for blocks may be spoilt.
#pragma once

#include <cstdint>
#include <optional>

#include "node/chain/exchange.h"
#include "node/runtime/transport.h"

namespace lockstep::cluster {

/// How a node answers requests for blocks.
enum class Answering : std::uint8_t {
  kProperly,
  kOtherBlocks,  ///< With blocks that nobody asked for.
  kEndlessly,    ///< Instead of an end its answers go on and on.
  kHalfWay,      ///< After the first chunk nothing comes any more.
};

/// Sends what the node sends, but for the chunks of its answers, with which it does as `answering` says at
/// the time. The node itself is none the wiser. Not thread-safe.
class CrookedTransport final : public runtime::Transport {
 public:
  /// Both outlive it.
  CrookedTransport(runtime::Transport& straight, const Answering& answering)
      : straight_(straight), answering_(answering) {}

  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override;
  void disconnect(runtime::PeerId peer) override { straight_.disconnect(peer); }
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    return straight_.receive(deadline);
  }
  void interrupt() override { straight_.interrupt(); }

 private:
  struct Chunk;
  runtime::SendOutcome spoil(runtime::PeerId peer, const runtime::Frame& frame, const Chunk& chunk);

  runtime::Transport& straight_;
  const Answering& answering_;
};

}  // namespace lockstep::cluster
