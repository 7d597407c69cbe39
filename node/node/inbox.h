// What reaches the node's main thread from its network thread: a queue for each kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/locking/mpsc_queue.h"
#include "node/locking/wake_up.h"
#include "node/runtime/transport.h"
#include "node/spec/containers.h"

namespace lockstep::node {

/// A block from gossip, its root computed where it came in.
struct GossipBlock {
  runtime::PeerId from;
  spec::Root root;
  chain::SignedBlockPointer block;
};

/// A vote from gossip. It goes through two queues and is not copied on its way.
struct GossipVote {
  runtime::PeerId from;
  std::unique_ptr<spec::SignedAttestation> vote;
};
struct GossipAggregate {
  runtime::PeerId from;
  std::unique_ptr<spec::SignedAggregatedAttestation> aggregate;
};

struct PeerUp {
  runtime::PeerId peer;
};
struct PeerDown {
  runtime::PeerId peer;
};
struct RequestCame {
  runtime::PeerId from;
  std::uint64_t id = 0;
  chain::Request request;
};
struct ChunkCame {
  runtime::PeerId from;
  std::uint64_t id = 0;
  chain::ResponseChunk chunk;
};
/// What sync is about.
using Exchange = std::variant<PeerUp, PeerDown, RequestCame, ChunkCame, chain::RequestEnded>;

/// Bounded queues, one for each kind so that votes never push out blocks or requests, and the one wake-up of
/// the thread that empties them. Whoever pushes notifies `wake` afterwards.
struct Inbox {
  static constexpr std::size_t kExchangesMax = 1024;
  static constexpr std::size_t kBlocksMax = 256;
  static constexpr std::size_t kVotesMax = 1024;
  static constexpr std::size_t kAggregatesMax = 512;

  explicit Inbox(runtime::SyncHook* sync)
      : wake(sync, "main"),
        exchanges(sync, "exchange queue", kExchangesMax),
        blocks(sync, "block queue", kBlocksMax),
        votes(sync, "vote queue", kVotesMax),
        aggregates(sync, "aggregate queue", kAggregatesMax) {}

  locking::WakeUp wake;
  locking::MpscQueue<Exchange> exchanges;
  locking::MpscQueue<GossipBlock> blocks;
  locking::MpscQueue<GossipVote> votes;
  locking::MpscQueue<GossipAggregate> aggregates;
};

}  // namespace lockstep::node
