// The chain's thread: blocks that get lost on their way through it, and proofs that hold up everybody.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "node/locking/work_lanes.h"
#include "node/node/chain_worker.h"
#include "node/node/node.h"
#include "node/runtime/stop.h"
#include "node/spec/hash_tree_root.h"
#include "scenarios/races/history/pairs.h"
#include "scenarios/races/history/whole_node.h"

namespace lockstep::scenarios::races {
namespace {

using base::Duration;

/// A network on which nothing happens.
class Silent final : public runtime::Transport {
 public:
  explicit Silent(World& world)
      : clock_(world.clock()), mutex_(world.sync(), "silence"), broken_(world.sync(), "silence") {}
  runtime::SendOutcome send(runtime::PeerId /*peer*/, runtime::Frame /*frame*/) override {
    return runtime::SendOutcome::kQueued;
  }
  void disconnect(runtime::PeerId /*peer*/) override {}
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    std::unique_lock lock(mutex_);
    while (!interrupted_ && clock_.now() < deadline) {
      broken_.wait_until(lock, deadline);
    }
    interrupted_ = false;
    return std::nullopt;
  }
  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    broken_.notify_all();
  }

 private:
  runtime::Clock& clock_;
  runtime::Mutex mutex_;
  runtime::CondVar broken_;
  bool interrupted_ = false;
};

/// A block whose parent is not there, or, every other one, that is wrong.
chain::SignedBlockPointer block_number(std::uint64_t number) {
  spec::SignedBlock block;
  block.block.slot = spec::Slot(1);
  block.block.proposer_index = spec::ValidatorIndex(number);
  if (number % 2 == 0) {
    block.block.parent_root = spec::hash_tree_root(small_config().anchor->block);
  } else {
    block.block.parent_root.data.fill(static_cast<std::uint8_t>(number));
  }
  return std::make_shared<const spec::SignedBlock>(std::move(block));
}

/// A worker that tells of what it imported, and logs the rest.
class LogsTheRest {
 public:
  explicit LogsTheRest(World& world)
      : lanes_(world.seams(), locking::Tier::kPendingBlocks, "blocks", {8}),
        results_(world.sync(), "results", 8),
        worker_(world.scheduler(), world.sync(), "chain", [this](runtime::StopSignal& /*signal*/) {
          while (const auto block = lanes_.pop("chain")) {
            // Neither has a parent's state here that would do.
          }
        }) {}
  bool submit(std::uint64_t number) { return lanes_.push("submit", 0, number) == locking::Queued::kQueued; }
  std::optional<std::uint64_t> next_result() { return results_.pop(); }
  void end() {
    lanes_.close("close");
    worker_.stop();
  }

 private:
  locking::WorkLanes<std::uint64_t, 1> lanes_;
  locking::MpscQueue<std::uint64_t> results_;
  runtime::StoppableThread worker_;
};
class NodeWorker {
 public:
  explicit NodeWorker(World& world)
      : transport_(world),
        prover_(scheme_),
        runtime_{world.clock(), world.scheduler(), world.sync(), transport_, random_, meter_},
        inbox_(world.sync()),
        network_(runtime_, small_config(), scheme_, events_, inbox_),
        worker_(runtime_, scheme_, prover_, events_, small_config(), network_, inbox_.wake) {
    worker_.begin(spec::Slot(0));
    worker_.start();
    static_cast<void>(worker_.tick_to(spec::Interval(5)));
  }
  bool submit(std::uint64_t number) {
    const chain::SignedBlockPointer block = block_number(number);
    const spec::Root root = spec::hash_tree_root(block->block);
    numbers_[root] = number;
    return worker_.take_block(root, block, chain::Origin::kGossip, {1});
  }
  std::optional<std::uint64_t> next_result() {
    while (const auto told = worker_.next_result()) {
      if (const auto* block = std::get_if<chain::BlockResult>(&*told)) {
        worker_.made_room();
        return numbers_.at(block->root);
      }
    }
    return std::nullopt;
  }
  void end() {
    worker_.close();
    worker_.join();
  }

 private:
  Silent transport_;
  Zeros random_;
  NoMeter meter_;
  crypto::CheapScheme scheme_;
  crypto::BindingProver prover_;
  runtime::Runtime runtime_;
  chain::Events events_;
  node::Inbox inbox_;
  node::NetworkActor network_;
  node::ChainWorker worker_;
  std::map<spec::Root, std::uint64_t> numbers_;
};

/// B-073. Blocks pass the main thread's look and turn out, in the worker, to lack what they need.
template <typename Worker>
void every_block_has_an_outcome(World& world) {
  constexpr std::uint64_t kBlocks = 3;
  const auto worker = std::make_unique<Worker>(world);
  std::map<std::uint64_t, int> outcomes;
  world.beside({{"main", [&] {
                   for (std::uint64_t number = 1; number <= kBlocks; ++number) {
                     world.expect(worker->submit(number), "there is room");
                   }
                   for (int looks = 0; looks < 20 && outcomes.size() < kBlocks; ++looks) {
                     while (const auto number = worker->next_result()) {
                       ++outcomes[*number];
                     }
                     world.spend(std::chrono::milliseconds(50));
                   }
                   worker->end();
                 }}});
  for (std::uint64_t number = 1; number <= kBlocks; ++number) {
    world.expect(outcomes[number] == 1, "nobody knows what became of a block");
  }
}

constexpr Duration kProofTime = std::chrono::seconds(18);
constexpr Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
constexpr std::uint64_t kTicks = 12;

/// What the ticks of a node were like while a proof was made.
struct Ticks final : public chain::Events {
  void tick_happened(const chain::TickHappened& tick) override { happened(tick.lateness); }
  void happened(Duration lateness) {
    ++count;
    latest = std::max(latest, lateness);
  }
  std::uint64_t count = 0;
  std::uint64_t proofs = 0;
  Duration latest{};
};

/// Which mutex the aggregator holds through the proof, and when a tick needs it.
enum class HeldThroughProof { kForkChoice, kSignatures };

template <HeldThroughProof kHeld>
class ProvesUnderALock {
 public:
  ProvesUnderALock(World& world, Ticks& ticks)
      : world_(world), ticks_(ticks), mutex_(world.sync(), "fork choice, or signatures") {
    aggregator_ = world.scheduler().spawn("aggregator", [this] {
      world_.scheduler().sleep_until(base::Instant(7 * kInterval));
      const std::lock_guard lock(mutex_);
      ++ticks_.proofs;
      world_.spend(kProofTime);
    });
    loop_ = world.scheduler().spawn("main", [this] {
      for (std::uint64_t interval = 1; interval <= kTicks; ++interval) {
        const base::Instant due(kInterval * static_cast<std::int64_t>(interval));
        world_.scheduler().sleep_until(due);
        ticks_.happened(world_.clock().now() - due);
        // Accepting the votes of the slot is what interval 4 is for.
        if (kHeld == HeldThroughProof::kForkChoice || interval % spec::INTERVALS_PER_SLOT == 4) {
          const std::lock_guard lock(mutex_);
        }
      }
    });
  }
  void end() {
    loop_->join();
    aggregator_->join();
  }

 private:
  World& world_;
  Ticks& ticks_;
  runtime::Mutex mutex_;
  std::unique_ptr<runtime::Thread> aggregator_;
  std::unique_ptr<runtime::Thread> loop_;
};

/// A prover that takes its time.
class SlowProver final : public crypto::BindingProver {
 public:
  SlowProver(World& world, const crypto::SignatureScheme& scheme, Ticks& ticks)
      : BindingProver(scheme), world_(world), ticks_(ticks) {}
  base::Result<base::Bytes, crypto::AggregationError> aggregate(std::span<const crypto::PublicKey> keys,
                                                                std::span<const base::ByteView> signatures,
                                                                std::span<const crypto::ProvenKeys> children,
                                                                std::span<const crypto::PublicKey> union_keys,
                                                                const base::Bytes32& message,
                                                                std::uint64_t slot) const override {
    ++ticks_.proofs;
    world_.spend(kProofTime);
    return BindingProver::aggregate(keys, signatures, children, union_keys, message, slot);
  }

 private:
  World& world_;
  Ticks& ticks_;
};

/// A whole node with the only validator, which aggregates.
class NodeAggregator {
 public:
  NodeAggregator(World& world, Ticks& ticks) : transport_(world), prover_(world, scheme_, ticks) {
    node::Config config = small_config();
    const auto key = [] { return std::make_shared<crypto::CheapSigningKey>(base::Bytes32{}); };
    config.validators.push_back({spec::ValidatorIndex(0), key(), key()});
    config.is_aggregator = true;
    node_ = std::make_unique<node::Node>(
        runtime::Runtime{world.clock(), world.scheduler(), world.sync(), transport_, random_, meter_},
        scheme_, prover_, ticks, config);
    node_->start();
  }
  void end() { node_->stop(); }

 private:
  Silent transport_;
  Zeros random_;
  NoMeter meter_;
  crypto::CheapScheme scheme_;
  SlowProver prover_;
  std::unique_ptr<node::Node> node_;
};

/// B-079 and B-080. A proof takes 18 s; the slots go on.
template <typename Node>
void a_proof_delays_no_tick(World& world) {
  Ticks ticks;
  const auto node = std::make_unique<Node>(world, ticks);
  world.spend(kInterval * static_cast<std::int64_t>(kTicks) + kInterval / 2);
  node->end();
  world.expect(ticks.proofs > 0, "a proof was to be made");
  world.expect(ticks.latest <= std::chrono::milliseconds(50), "a tick was late");
  world.expect(ticks.count >= kTicks, "ticks are missing");
}

}  // namespace

std::vector<Pair> worker_pairs() {
  return {
      {"B-073", "each block that is accepted has an outcome that its submitter sees", 1,
       &every_block_has_an_outcome<LogsTheRest>, &every_block_has_an_outcome<NodeWorker>},
      {"B-079", "no lock of fork choice is held through a proof", 1,
       &a_proof_delays_no_tick<ProvesUnderALock<HeldThroughProof::kForkChoice>>,
       &a_proof_delays_no_tick<NodeAggregator>},
      {"B-080", "no lock of signatures is held through a proof", 1,
       &a_proof_delays_no_tick<ProvesUnderALock<HeldThroughProof::kSignatures>>,
       &a_proof_delays_no_tick<NodeAggregator>},
  };
}

}  // namespace lockstep::scenarios::races
