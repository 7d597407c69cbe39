// Lives of a node.
#include "sim/cluster/machine.h"

#include <utility>

#include "node/base/assert.h"
#include "node/spec/ssz.h"
#include "sim/cluster/api_reader.h"

namespace lockstep::cluster {

/// Everything that a node loses when it stops.
struct Machine::Life {
  Life(const Surroundings& world, const Machine& machine)
      : transport(world.network, static_cast<sim::NodeIndex>(machine.number_), machine.clock_),
        way_out(transport, machine.answering_),
        scheduler(world.engine, machine.lane_, machine.clock_),
        sync(world.engine, machine.clock_),
        // A second life must not see the random numbers of the first again.
        random(world.engine.choices(), machine.name_ + "/" + std::to_string(machine.lives_)),
        reporter(world.record, world.engine.trace(), machine.number_) {}

  sim::SimTransport transport;
  CrookedTransport way_out;
  sim::FiberScheduler scheduler;
  sim::FiberSync sync;
  sim::SimRandom random;
  Reporter reporter;
  std::unique_ptr<chain::Events> listener;
  std::unique_ptr<node::Node> node;
  std::vector<std::unique_ptr<ApiReader>> readers;
  bool is_shut_down = false;
};

Machine::Machine(const Surroundings& surroundings, const MachineOptions& options)
    : surroundings_(surroundings),
      number_(options.number),
      name_(options.name),
      lane_(sim::node_lane(static_cast<std::uint32_t>(options.number))),
      clock_(surroundings.engine, options.clock),
      cpus_(options.cpus),
      config_(options.config),
      readers_(options.readers),
      charging_(surroundings.engine, lane_, options.shared_cpus != nullptr ? *options.shared_cpus : cpus_,
                surroundings.costs),
      meter_(surroundings.engine, charging_, options.config.chain_worker ? "main" : "") {
  for (const std::uint64_t validator : options.validators) {
    const ValidatorKeys keys = surroundings.genesis.take_keys(validator);
    config_.validators.push_back({spec::ValidatorIndex(validator), keys.attestation, keys.proposal});
  }
}

Machine::~Machine() = default;

runtime::Transport& Machine::transport() {
  LOCKSTEP_ASSERT(is_running());
  return life_->transport;
}

const std::vector<runtime::PeerId>& Machine::peers() const {
  LOCKSTEP_ASSERT(is_running());
  return life_->reporter.peers();
}

std::shared_ptr<const Machine::Checkpoint> Machine::begin_reading_checkpoint() {
  LOCKSTEP_ASSERT(is_running());
  constexpr const char* kSite = "checkpoint";
  auto read = std::make_shared<Checkpoint>();
  surroundings_.engine.spawn("checkpoint", lane_, [read, &chain = life_->node->reader()] {
    const spec::Checkpoint finalized = chain.view(kSite).finalized;
    const chain::SignedBlockPointer block = chain.signed_block(kSite, finalized.root);
    const auto state = chain.share_state(kSite, finalized.root);
    if (block != nullptr && state) {
      read->signed_block = spec::encode(*block);
      read->state = spec::encode(**state);
    }
    read->is_read = true;
  });
  return read;
}

void Machine::start(const ListenThrough& through, std::shared_ptr<const chain::Anchor> anchor) {
  LOCKSTEP_ASSERT(!is_running());
  const Genesis& genesis = surroundings_.genesis;
  life_ = std::make_unique<Life>(surroundings_, *this);
  Life& life = *life_;
  chain::Events* events = &life.reporter;
  if (through) {
    life.listener = through(number_, life.reporter);
    events = life.listener.get();
  }
  node::Config config = config_;
  config.anchor = anchor != nullptr ? std::move(anchor) : genesis.anchor();
  surroundings_.record.node_started(number_);
  const runtime::Runtime runtime{clock_, life.scheduler, &life.sync, life.way_out, life.random, meter_};
  life.node =
      std::make_unique<node::Node>(runtime, genesis.scheme(), genesis.prover(), *events, std::move(config));
  life.reporter.digest_by([node = life.node.get()](bool whole) { return node->store_digest(whole); });
  life.node->start();
  for (std::uint64_t i = 0; i < readers_; ++i) {
    life.readers.push_back(
        std::make_unique<ApiReader>(life.scheduler, &life.sync, clock_, *life.node, surroundings_.record));
  }
}

void Machine::begin_shut_down() {
  LOCKSTEP_ASSERT(is_running());
  surroundings_.engine.spawn("shut down", lane_, [life = life_.get()] {
    for (const auto& reader : life->readers) {
      reader->stop();
    }
    life->node->stop();
    life->is_shut_down = true;
  });
}

bool Machine::has_shut_down() const {
  return !is_running() || life_->is_shut_down;
}

void Machine::end_shut_down() {
  if (!is_running()) {
    return;  // It crashed before it had.
  }
  LOCKSTEP_ASSERT(has_shut_down());
  surroundings_.record.node_ended(number_);
  surroundings_.record.node_stopped(number_);
  life_.reset();
  ++lives_;
}

void Machine::kill_thread(std::string_view name) {
  LOCKSTEP_ASSERT(is_running());
  surroundings_.engine.stop_fibers(lane_, name);
}

void Machine::stop() {
  if (!is_running()) {
    return;
  }
  life_->reporter.mute();
  surroundings_.record.node_stopped(number_);
  surroundings_.engine.stop_fibers(lane_);
  // Those that are on their way out need a turn each; nothing else is due before the present instant is over.
  surroundings_.engine.run_until(surroundings_.engine.now());
  life_->node->stop();
  surroundings_.record.node_crashed(number_, life_->reporter.kept());
  life_.reset();
  ++lives_;
}

void Machine::abandon() {
  if (is_running()) {
    life_->reporter.mute();
    life_->node->stop();
    life_.reset();
  }
}

}  // namespace lockstep::cluster
