// A chain that keeps many votes with real XMSS signatures, until a block has them tried again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "fakes.h"
#include "node/chain/chain.h"
#include "node/crypto/binding_prover.h"
#include "node/locking/wake_up.h"
#include "node/node/verify_pool.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/real/system_clock.h"
#include "node/spec/hash_tree_root.h"
#include "recorder.h"
#include "tools/latency/flood_votes.h"

namespace lockstep::test {

/// As many votes as are kept, each of a validator of its own, for a slot that is still to come.
struct FutureVotes {
  static constexpr std::uint64_t kSlot = 2;

  explicit FutureVotes(std::size_t count) : keys(count, 2, 1), anchor(keys.anchor(1000)) {
    const spec::Checkpoint genesis{spec::hash_tree_root(anchor->block), anchor->block.slot};
    for (std::size_t i = 0; i < count; ++i) {
      spec::SignedAttestation& vote = votes.emplace_back();
      vote.validator_index = spec::ValidatorIndex(i);
      vote.data = {.slot = spec::Slot(kSlot), .head = genesis, .target = genesis, .source = genesis};
      crypto::XmssSigningKey key = keys.voting_key(i);
      LOCKSTEP_ASSERT(key.prepare(kSlot));
      vote.signature.data = *key.sign(kSlot, spec::hash_tree_root(vote.data));
    }
  }

  latency::Keys keys;
  std::shared_ptr<const chain::Anchor> anchor;
  std::vector<spec::SignedAttestation> votes;
};

/// A chain on OS threads that has kept such votes and imported the block that has them tried again.
class Replay {
 public:
  Replay(const FutureVotes& future, std::size_t threads)
      : prover_(future.keys.scheme()),
        chain_(future.anchor, true, spec::ValidatorIndex(0),
               {.sync = nullptr, .scheduler = scheduler_, .clock = clock_}, meter_, future.keys.scheme(),
               prover_, events_),
        listener_(nullptr, "listener"),
        pool_({.clock = clock_,
               .scheduler = scheduler_,
               .sync = nullptr,
               .transport = transport_,
               .random = random_,
               .meter = meter_},
              chain::Decider(meter_, future.keys.scheme(), prover_), listener_, threads) {
    chain_.verify_elsewhere(
        [this](std::vector<chain::Check> checks) { return pool_.decide_all(std::move(checks)); });
    for (const spec::SignedAttestation& vote : future.votes) {
      LOCKSTEP_ASSERT(chain_.on_gossip_attestation(vote, chain::Origin::kGossip) ==
                      chain::VoteOutcome::kBuffered);
    }
    while (chain_.store().time().value < FutureVotes::kSlot * spec::INTERVALS_PER_SLOT) {
      static_cast<void>(chain_.tick_interval());
    }
    auto built = chain_.build_block(spec::Slot(FutureVotes::kSlot), spec::ValidatorIndex(FutureVotes::kSlot));
    LOCKSTEP_ASSERT(built.has_value());
    const spec::Root root = spec::hash_tree_root(built->block);
    chain_.add_own_block(
        std::make_shared<const spec::SignedBlock>(spec::SignedBlock{.block = built->block, .proof = {}}),
        root, std::move(built->post_state));
  }
  ~Replay() {
    pool_.close();
    pool_.join();
  }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Tries all kept votes again.
  void run() {
    while (chain_.has_work()) {
      static_cast<void>(chain_.step());
    }
  }
  [[nodiscard]] const chain::Chain& chain() const { return chain_; }
  [[nodiscard]] const Recorder& events() const { return events_; }

 private:
  real::SystemClock clock_;
  real::OsScheduler scheduler_;
  real::StopwatchMeter meter_;
  RecordingTransport transport_;
  SeededRandom random_;
  Recorder events_;
  crypto::BindingProver prover_;
  chain::Chain chain_;
  locking::WakeUp listener_;
  node::VerifyPool pool_;
};

}  // namespace lockstep::test
