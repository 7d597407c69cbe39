// The command line of lockstep-node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/real/genesis_files.h"
#include "node/real/user_error.h"
#include "node/spec/config.h"

namespace lockstep::real {

/// Run a node.
struct RunOptions {
  std::string genesis;
  std::string validators;
  std::string validator_keys;
  std::string node_id;
  std::string listen;
  std::vector<std::string> peers;
  bool is_aggregator = false;
  /// As in node::Config.
  std::uint64_t attestation_committee_count = spec::ATTESTATION_COMMITTEE_COUNT;
  /// The subnets that an aggregator hears besides those of its own validators; nothing: all.
  std::optional<std::vector<std::uint64_t>> aggregate_subnet_ids;
  bool chain_worker = true;
  /// As in node::Config; one fewer than there are CPUs, and at most two, unless the user says otherwise.
  std::size_t verify_threads = 0;
  /// Where the chain begins, if not at genesis (get_checkpoint).
  std::string checkpoint_sync;
  std::string network = "12345678";
  std::string signatures = "xmss-test";
  std::string log_level = "info";
  /// Where metrics and API are served; port 0 serves nothing.
  std::string http_address = "127.0.0.1";
  std::uint16_t metrics_port = 0;
  std::uint16_t api_port = 0;
};

/// Make the files of a network.
struct GenesisOptions {
  DevnetPlan plan;
  std::string signatures = "xmss-test";
};

/// The user only wanted to be told something, which is this.
struct HelpText {
  std::string text;
};

using Options = std::variant<RunOptions, GenesisOptions, HelpText>;

/// Reads the command line; everything that can be said of it without opening a file is checked.
[[nodiscard]] OrUserError<Options> read_options(int argc, const char* const* argv);

}  // namespace lockstep::real
