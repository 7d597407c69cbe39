// The node behind its handle: its threads, and what the main one does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "node/chain/events.h"
#include "node/node/chain_worker.h"
#include "node/node/config.h"
#include "node/node/inbox.h"
#include "node/node/network_actor.h"
#include "node/node/node.h"
#include "node/node/slot_timer.h"
#include "node/node/slot_watchdog.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/sync/sync.h"

namespace lockstep::node {

/// Owns all parts of a node. The thread `main` drives the slots and routes: the clock first, then one bounded
/// batch of what the other threads have for it. It waits for nobody but its wake-up.
class Node::Core final : private sync::Wire {
 public:
  Core(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
       const crypto::AggregateProver& prover, chain::Events& events, const Config& config);

  void start();
  void request_stop();
  void stop();
  [[nodiscard]] Status status() const;
  [[nodiscard]] const chain::ChainReader& reader() const { return worker_.reader(); }
  [[nodiscard]] const networking::ConnectedPeers& peers() const { return network_.peers(); }
  template <typename F>
  void visit_locks(const F& visit) const {
    worker_.visit_locks(visit);
    visit("connected peers", network_.peers().times());
  }
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role() { return worker_.aggregator_role(); }
  [[nodiscard]] std::uint64_t store_digest(bool whole) const { return worker_.chain().digest(whole); }

 private:
  void run();
  void shut();
  [[nodiscard]] bool lost_a_thread();
  /// Acts upon every interval that has begun, the clock being read again for each.
  void tick();
  void poll_when_due();
  void send_tick();
  /// Takes a batch and, without a thread for the chain, does one piece of its work; false when there was
  /// nothing to do.
  bool work();
  /// Takes one bounded batch from every queue; false when all were empty.
  bool take_batch();
  bool take_results();
  bool take_exchanges();
  bool take_blocks();
  bool take_votes();
  void route(Exchange exchange);
  void give_up_inbox();
  void report_levels();
  void report_level(chain::Buffer buffer, std::size_t size, std::size_t bound);

  // sync::Wire
  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override;
  bool respond(runtime::PeerId peer, std::uint64_t id, const chain::Response& response) override;
  bool import_block(const spec::Root& root, chain::SignedBlockPointer block, runtime::PeerId from) override;
  void complain(runtime::PeerId peer, chain::Drop reason) override;

  runtime::Runtime runtime_;
  chain::Events& events_;
  bool has_chain_thread_;
  bool has_validators_;
  bool drain_is_bounded_;
  Inbox inbox_;
  NetworkActor network_;
  ChainWorker worker_;
  sync::Sync sync_;
  SlotTimer timer_;
  SlotWatchdog watchdog_;
  /// When duties are to be looked at although no block came.
  std::optional<base::WallTime> alarm_;
  /// The interval that the chain is still to be told of, as there was no room.
  std::optional<spec::Interval> untold_;
  std::array<std::size_t, chain::kBuffers> levels_{};
  runtime::Atomic<bool> stopping_;
  /// Held by whoever stops the node, until all threads have ended.
  runtime::Mutex stop_mutex_;
  bool was_started_ = false;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::node
