// A Lean Ethereum consensus node: the rooms below it, wired from one Runtime.
#pragma once

#include <functional>
#include <memory>

#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/networking/connected_peers.h"
#include "node/node/config.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/spec/types.h"

namespace lockstep::node {

/// What a node thinks of its chain, all parts of it from one moment.
struct Status {
  spec::Interval time;  ///< Intervals since genesis that the store has been ticked to.
  spec::Checkpoint head;
  spec::Checkpoint safe_target;
  spec::Checkpoint justified;
  spec::Checkpoint finalized;
};

/// One node: threads `main`, `network` and `chain`, of which each owns its part, and their helpers. The
/// public methods may be called from any thread but the node's own.
class Node {
 public:
  /// Builds the node; nothing runs yet. `runtime`'s parts, `scheme`, `prover` and `events` outlive the node.
  Node(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
       const crypto::AggregateProver& prover, chain::Events& events, const Config& config);

  /// Requires: the node was never started, or was stopped.
  ~Node();

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Starts the node's threads. Called once.
  void start();

  /// Asks the node to stop and waits until all of its threads have ended: whoever calls, and however many do
  /// at once. What was still under way has then got its outcome. Does nothing when it is not running. A piece
  /// of work that has begun is finished first.
  void stop();

  /// Asks the node to stop without waiting for it. Its own threads may, too.
  void request_stop();

  /// A coherent snapshot. Any thread, also the node's own.
  [[nodiscard]] Status status() const;
  /// What any thread may read of the chain, at any time while the node exists.
  [[nodiscard]] const chain::ChainReader& reader() const;
  /// Who is connected, for any thread to read; lives as long as the node.
  [[nodiscard]] const networking::ConnectedPeers& peers() const;
  /// Names every lock of the node by which its threads may wait for one another, once, with its times, which
  /// live as long as the node.
  void visit_locks(const std::function<void(const char*, const locking::LockTimes&)>& visit) const;
  /// Whether the node joins votes into aggregates; any thread may change it at any time.
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role();

  /// A digest of the fork-choice store by which a change is noticed, in constant time; with `whole` it also
  /// covers every pending vote. While the node runs only the thread that owns the chain may ask, from within
  /// a report about it; before start() and after stop() anybody.
  [[nodiscard]] std::uint64_t store_digest(bool whole) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::node
