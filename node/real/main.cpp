// lockstep-node: one consensus node on the operating system's clocks, threads and sockets.
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "node/api/reader_source.h"
#include "node/chain/anchor.h"
#include "node/node/node.h"
#include "node/real/checkpoint_source.h"
#include "node/real/endpoints.h"
#include "node/real/event_log.h"
#include "node/real/genesis_files.h"
#include "node/real/instruments.h"
#include "node/real/options.h"
#include "node/real/os_scheduler.h"
#include "node/real/signature_choice.h"
#include "node/real/system_clock.h"
#include "node/real/system_random.h"
#include "node/real/tcp_transport.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot_clock.h"

namespace lockstep::real {
namespace {

constexpr int kUsage = 2;

int complain(const UserError& error) {
  std::fputs(("lockstep-node: " + error.sentence + "\n").c_str(), stderr);
  return kUsage;
}

int make_network(const GenesisOptions& options) {
  const auto signatures = choose_signatures(options.signatures);
  if (!signatures) {
    return complain(signatures.error());
  }
  SystemRandom random;
  const OrUserError<void> made = make_devnet(options.plan, **signatures, random);
  return made ? 0 : complain(made.error());
}

/// The node's settings out of its files.
OrUserError<node::Config> configure(const RunOptions& options, const SignatureChoice& signatures,
                                    const runtime::Clock& clock) {
  const OrUserError<Genesis> genesis = read_genesis(options.genesis);
  if (!genesis) {
    return genesis.error();
  }
  node::Config config;
  config.network_name = options.network;
  config.is_aggregator = options.is_aggregator;
  config.attestation_committee_count = options.attestation_committee_count;
  if (options.aggregate_subnet_ids) {
    config.aggregate_subnets.reset();
    for (const std::uint64_t subnet : *options.aggregate_subnet_ids) {
      config.aggregate_subnets.set(subnet);
    }
  }
  config.chain_worker = options.chain_worker;
  config.verify_threads = options.verify_threads;
  if (!options.node_id.empty()) {
    const auto indices = read_assignment(options.validators, options.node_id, genesis->validators->size());
    if (!indices) {
      return indices.error();
    }
    // An earlier life of these keys may have signed up to the present slot.
    const spec::SlotClock slots(genesis->genesis_time);
    const base::WallTime now = clock.wall();
    const bool has_begun = now >= slots.start_of(spec::Interval(0));
    const std::uint64_t first_slot = has_begun ? slots.current_slot(now).value + 1 : 0;
    auto validators = load_keys(options.validator_keys, *indices, *genesis, signatures, first_slot);
    if (!validators) {
      return validators.error();
    }
    config.validators = std::move(*validators);
  }
  if (options.checkpoint_sync.empty()) {
    config.anchor = chain::genesis_anchor(genesis->genesis_time, genesis->validators);
    return config;
  }
  const OrUserError<sync::CheckpointBytes> served = get_checkpoint(options.checkpoint_sync);
  if (!served) {
    return served.error();
  }
  auto anchor = sync::anchor_from_checkpoint(*served, genesis->genesis_time);
  if (!anchor) {
    return UserError{options.checkpoint_sync + ": " + anchor.error()};
  }
  config.anchor = *std::move(anchor);
  return config;
}

metrics::NodeFacts facts_of(const RunOptions& options, const node::Config& config) {
  return {.name = options.node_id.empty() ? "node" : options.node_id,
          .version = LOCKSTEP_VERSION,
          .validators = config.validators.size(),
          .is_aggregator = config.is_aggregator,
          .anchor_slot = config.anchor->block.slot,
          .subnets = config.attestation_committee_count};
}

/// Blocks until the user or the system asks the process to end. The signals are blocked in all threads.
void wait_for_the_end(const sigset_t& signals) {
  int received = 0;
  sigwait(&signals, &received);
}

int run_node(const RunOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto signatures = choose_signatures(options.signatures);
  if (!signatures) {
    return complain(signatures.error());
  }
  SystemClock clock;
  OrUserError<node::Config> config = configure(options, **signatures, clock);
  if (!config) {
    return complain(config.error());
  }
  auto log = spdlog::stderr_color_mt(options.node_id.empty() ? "node" : options.node_id);
  log->set_level(spdlog::level::from_str(options.log_level));
  auto transport =
      TcpTransport::open({.network = options.network, .listen = options.listen, .dial = options.peers});
  if (!transport) {
    return complain({transport.error()});
  }
  // Without a chain thread the main one is no thread of little work.
  OsScheduler scheduler(options.chain_worker ? "main" : "");
  SystemRandom random;
  const std::shared_ptr<const chain::Anchor> anchor = config->anchor;
  std::atomic<bool> died = false;
  EventLog events(log, {.root = spec::hash_tree_root(anchor->block), .slot = {}}, [&died] {
    died = true;
    // Wakes whoever waits for the end.
    ::kill(::getpid(), SIGTERM);
  });
  Instruments instruments(clock, facts_of(options, *config), events);
  node::Node node({.clock = clock,
                   .scheduler = scheduler,
                   .sync = nullptr,
                   .transport = **transport,
                   .random = random,
                   .meter = instruments.meter},
                  (*signatures)->scheme(), (*signatures)->prover(), instruments.events, std::move(*config));
  instruments.show(node);
  instruments.show(**transport);
  api::ReaderSource chain(node.reader(), anchor, clock);
  const OrUserError<Endpoints> endpoints = open_endpoints(
      options,
      {.chain = &chain, .is_aggregator = &node.aggregator_role(), .metrics = &instruments.exposition});
  if (!endpoints) {
    return complain(endpoints.error());
  }
  node.start();
  wait_for_the_end(signals);
  node.stop();
  return died ? 1 : 0;
}

int run(int argc, const char* const* argv) {
  const OrUserError<Options> options = read_options(argc, argv);
  if (!options) {
    return complain(options.error());
  }
  if (const auto* help = std::get_if<HelpText>(&*options)) {
    std::fputs(help->text.c_str(), stdout);
    return 0;
  }
  if (const auto* genesis = std::get_if<GenesisOptions>(&*options)) {
    return make_network(*genesis);
  }
  return run_node(std::get<RunOptions>(*options));
}

}  // namespace
}  // namespace lockstep::real

int main(int argc, char** argv) {
  return lockstep::real::run(argc, argv);
}
