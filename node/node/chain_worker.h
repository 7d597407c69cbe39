// The one mutator of the chain: lanes of work, the thread that empties them, and what it answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "node/chain/block_result.h"
#include "node/chain/chain.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/locking/mpsc_queue.h"
#include "node/locking/single_flight.h"
#include "node/locking/wake_up.h"
#include "node/locking/work_lanes.h"
#include "node/node/aggregator.h"
#include "node/node/config.h"
#include "node/node/inbox.h"
#include "node/node/network_actor.h"
#include "node/node/verify_pool.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/spec/slot_clock.h"
#include "node/validator/duties.h"

namespace lockstep::node {

/// A vote, or an aggregate of votes, names a block that is not here.
struct VoteWaits {
  spec::AttestationData data;
  runtime::PeerId from;
};
/// What the chain's thread tells.
using ChainResult = std::variant<chain::BlockResult, VoteWaits>;

/// Owns chain and duties. Work is handed in by any thread without waiting and is done in order of urgency:
/// time first, then blocks, then what waits inside the chain, then aggregates, then votes. It runs either on
/// a thread of its own, `chain`, or piece by piece on the caller's. What became of blocks comes back through
/// next_result(), nothing of it lost: the thread waits for room there, so whoever takes results must never
/// wait for this thread.
class ChainWorker {
 public:
  static constexpr std::size_t kControlMax = 64;
  /// As many as one answer to a request holds.
  static constexpr std::size_t kBlocksMax = 1024;
  static constexpr std::size_t kAggregatesMax = 512;
  static constexpr std::size_t kVotesMax = 1024;
  static constexpr std::size_t kResultsMax = 1024;

  /// Everything referred to outlives it. `listener` is notified of results, and of work where this has no
  /// thread of its own. Nothing runs yet.
  ChainWorker(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
              const crypto::AggregateProver& prover, chain::Events& events, Config config,
              NetworkActor& network, locking::WakeUp& listener);

  [[nodiscard]] const chain::ChainReader& reader() const { return chain_.reader(); }
  /// Who may ask is as for chain::Chain: the thread that does the work, or anybody once it has ended.
  [[nodiscard]] const chain::Chain& chain() const { return chain_; }

  template <typename F>
  void visit_locks(const F& visit) const {
    reader().visit_locks(visit);
    visit("chain lanes", lanes_.times());
    visit("verify lane", verifiers_.lock_times());
    visit("aggregation", aggregation_.times());
  }
  /// Any thread.
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role() { return chain_.aggregator_role(); }

  /// To be called before any work is done. `started_in` as for validator::Duties.
  void begin(std::optional<spec::Slot> started_in);
  /// Starts the thread `chain`. Called once, or never: then do_one() is to be called.
  void start();
  /// Does the most urgent piece of what waits; false when there is nothing.
  bool do_one();
  /// Takes no more work and asks the thread to end. What is left is reported as shut down. Any thread.
  void close();
  /// Waits until the thread has ended and gives what the chain keeps back its final outcome. One caller at a
  /// time; may be called again. Requires: close() was called.
  void join();
  /// The thread of this that has ended, if one has.
  [[nodiscard]] const char* ended_thread() const;

  // Work, from any thread. False when there was no room, which has been reported for blocks and votes.

  [[nodiscard]] bool tick_to(spec::Interval interval);
  [[nodiscard]] bool poll_duties();
  bool take_block(const spec::Root& root, chain::SignedBlockPointer block, chain::Origin origin,
                  runtime::PeerId from);
  bool take_vote(GossipVote item);
  bool take_aggregate(GossipAggregate item);

  /// What became of a block, or that a vote waits for one; nothing when there is no news. For one thread.
  [[nodiscard]] std::optional<ChainResult> next_result();
  /// To be called after results were taken, by the thread that took them.
  void made_room() { room_.notify(); }

  /// How much waits in the lanes.
  [[nodiscard]] std::size_t waiting(chain::Buffer lane) const;

 private:
  enum class Lane : std::size_t { kControl, kBlocks, kProofs, kAggregates, kVotes };
  static constexpr std::size_t kLanes = 5;

  struct TickTo {
    spec::Interval interval;
  };
  struct PollDuties {};
  struct Block {
    spec::Root root;
    chain::SignedBlockPointer block;
    chain::Origin origin{};
    runtime::PeerId from;
  };
  using Work =
      std::variant<TickTo, PollDuties, Block, std::unique_ptr<ProvenRound>, GossipAggregate, GossipVote>;

  [[nodiscard]] locking::Queued submit(Lane lane, Work& work);
  void run();
  void handle(Work& work);
  void tick(spec::Interval target);
  void begin_round();
  void prove_again_if_asked();
  void end_round(const ProvenRound& proven);
  void take_back(ProvenRound proven);
  void settle(const chain::BlockResult& result);
  void take(GossipAggregate& item);
  void take(GossipVote& item);
  void tell(ChainResult result);
  void publish(std::vector<spec::SignedAggregatedAttestation> aggregates);
  void give_up(const Work& left);
  [[nodiscard]] base::Duration lateness_of(spec::Interval interval) const;

  runtime::Runtime runtime_;
  const crypto::AggregateProver& prover_;
  chain::Events& events_;
  NetworkActor& network_;
  locking::WakeUp& listener_;
  std::vector<OwnValidator> own_validators_;
  bool has_thread_;
  chain::Chain chain_;
  spec::SlotClock slots_;
  std::optional<validator::Duties> duties_;
  mutable locking::WorkLanes<Work, kLanes> lanes_;
  locking::MpscQueue<ChainResult> results_;
  /// Rung when results were taken, or will never be.
  locking::WakeUp room_;
  runtime::Atomic<bool> ended_;
  /// One round at a time. Who asks meanwhile is followed by another one, with what there is by then.
  locking::SingleFlight aggregation_;
  Aggregator aggregator_;
  VerifyPool verifiers_;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::node
