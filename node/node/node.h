// A Lean Ethereum consensus node: the rooms below it, wired from one Runtime.
#pragma once

#include <memory>

#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
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

/// One node. Its thread `main` owns everything; the public methods may be called from any thread.
class Node {
 public:
  /// Builds the node; nothing runs yet. `runtime`'s parts, `scheme`, `prover` and `events` outlive the node.
  Node(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
       const crypto::AggregateProver& prover, chain::Events& events, Config config);

  /// Requires: the node was never started, or was stopped.
  ~Node();

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Starts the thread `main`. Called once.
  void start();

  /// Asks the node to stop and waits until its thread has ended. Does nothing when it is not running.
  void stop();

  /// Asks the node to stop without waiting for it.
  void request_stop();

  /// A coherent snapshot. While the node runs only its own thread may ask (from within a report, say);
  /// before start() and after stop() anybody.
  [[nodiscard]] Status status() const;

  /// What any thread may read of the chain, at any time while the node exists.
  [[nodiscard]] const chain::ChainReader& reader() const;
  /// Whether the node joins votes into aggregates; any thread may change it at any time.
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role();

  /// A digest of the fork-choice store by which a change is noticed, in constant time; with `whole` it also
  /// covers every pending vote. Who may ask is as for status().
  [[nodiscard]] std::uint64_t store_digest(bool whole) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::node
