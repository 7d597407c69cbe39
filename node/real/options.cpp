// Reading the command line with CLI11.
#include "node/real/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <thread>

#include "node/node/verify_pool.h"
#include "node/real/signature_choice.h"
#include "node/spec/subnet.h"

namespace lockstep::real {
namespace {

void declare_run(CLI::App& app, RunOptions& run) {
  app.add_option("--genesis", run.genesis, "config.yaml with GENESIS_TIME and GENESIS_VALIDATORS");
  app.add_option("--validators", run.validators, "validators.yaml: which node has which validators");
  app.add_option("--validator-keys", run.validator_keys,
                 "directory with validator-keys-manifest.yaml and the secret keys");
  app.add_option("--node-id", run.node_id, "this node's name in validators.yaml");
  app.add_option("--listen", run.listen, "host:port to listen on; port 0 lets the system choose");
  app.add_option("--peer", run.peers,
                 "host:port to dial, again whenever the connection is lost (repeatable)");
  app.add_option_function<std::string>(
         "--chain-worker", [&run](const std::string& word) { run.chain_worker = word == "on"; },
         "whether the chain has a thread of its own")
      ->check(CLI::IsMember({"off", "on"}))
      ->default_str("on");
  app.add_option("--verify-threads", run.verify_threads,
                 "threads that help the chain's to verify votes that are tried again")
      ->check(CLI::Range(0, static_cast<int>(node::VerifyPool::kThreadsMax)))
      ->capture_default_str();
  app.add_flag("--is-aggregator", run.is_aggregator, "join votes into aggregates");
  app.add_option("--attestation-committee-count", run.attestation_committee_count,
                 "subnets that the network spreads its votes over, the same for all of its nodes")
      ->check(CLI::Range(std::size_t{1}, spec::kSubnetsMax))
      ->capture_default_str();
  app.add_option("--aggregate-subnet-ids", run.aggregate_subnet_ids,
                 "subnets, like 0,2, that an aggregator hears besides those of its own validators; all, "
                 "unless this is given")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--network", run.network, "name of the network within topics")->capture_default_str();
  app.add_option("--signatures", run.signatures, "scheme of the validators' keys")
      ->check(CLI::IsMember(signature_choices()))
      ->capture_default_str();
  app.add_option("--checkpoint-sync-url", run.checkpoint_sync,
                 "start from the finalized state that http://host:port serves, or from a directory with "
                 "block.ssz and state.ssz");
  app.add_option("--metrics-port", run.metrics_port, "port that serves /metrics; 0 serves none");
  app.add_option("--api-port", run.api_port,
                 "port that serves the HTTP API, /metrics included; 0 serves none");
  app.add_option("--http-address", run.http_address,
                 "address of both; whoever reaches the API can change whether this node aggregates")
      ->capture_default_str();
  app.add_option("--log-level", run.log_level, "least level that is logged, to standard error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
}

CLI::App* declare_genesis(CLI::App& app, GenesisOptions& genesis) {
  CLI::App* verb = app.add_subcommand("genesis", "make genesis, validators and keys of a small network");
  verb->add_option("--out", genesis.plan.directory, "directory to make them in")->required();
  verb->add_option("--genesis-time", genesis.plan.genesis_time, "Unix time in seconds")->required();
  verb->add_option("--validators", genesis.plan.validators, "how many validators")->capture_default_str();
  verb->add_option("--nodes", genesis.plan.nodes, "how many nodes, called node_0, node_1 …")
      ->capture_default_str();
  verb->add_option("--signatures", genesis.signatures, "scheme of the keys")
      ->check(CLI::IsMember(signature_choices()))
      ->capture_default_str();
  return verb;
}

/// What a node cannot run without.
OrUserError<Options> checked(RunOptions run) {
  if (run.genesis.empty()) {
    return UserError{"--genesis is required"};
  }
  const int given = static_cast<int>(!run.validators.empty()) +
                    static_cast<int>(!run.validator_keys.empty()) + static_cast<int>(!run.node_id.empty());
  if (given != 0 && given != 3) {
    return UserError{"--validators, --validator-keys and --node-id belong together"};
  }
  if (run.is_aggregator && given == 0) {
    return UserError{"--is-aggregator needs validators: give --validators, --validator-keys and --node-id"};
  }
  if (run.aggregate_subnet_ids) {
    if (!run.is_aggregator) {
      return UserError{"--aggregate-subnet-ids is for aggregators: give --is-aggregator, too"};
    }
    for (const std::uint64_t subnet : *run.aggregate_subnet_ids) {
      if (subnet >= run.attestation_committee_count) {
        return UserError{"--aggregate-subnet-ids: there is no subnet " + std::to_string(subnet) +
                         ", as --attestation-committee-count is " +
                         std::to_string(run.attestation_committee_count)};
      }
    }
  }
  if (run.metrics_port != 0 && run.metrics_port == run.api_port) {
    return UserError{"--metrics-port and --api-port need ports of their own; the API serves /metrics, too"};
  }
  if (run.listen.empty() && run.peers.empty()) {
    return UserError{"a node without --listen and --peer has nobody to talk to"};
  }
  return Options(std::move(run));
}

}  // namespace

OrUserError<Options> read_options(int argc, const char* const* argv) {
  RunOptions run;
  run.verify_threads = std::clamp(std::thread::hardware_concurrency(), 1U, 3U) - 1;
  GenesisOptions genesis;
  CLI::App app("A Lean Ethereum consensus node. Status lines in JSON go to standard output.",
               "lockstep-node");
  declare_run(app, run);
  const CLI::App* genesis_verb = declare_genesis(app, genesis);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Options(HelpText{app.help()});
  } catch (const CLI::ParseError& error) {
    return UserError{error.what()};
  }
  if (genesis_verb->parsed()) {
    return Options(std::move(genesis));
  }
  return checked(std::move(run));
}

}  // namespace lockstep::real
