// What makes one node differ from another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/chain/anchor.h"
#include "node/spec/subnet.h"
#include "node/validator/own_validator.h"

namespace lockstep::node {

using validator::OwnValidator;

/// The settings of one node. A value: the same Config and the same world give the same run.
struct Config {
  /// Where the chain begins; its state holds genesis time and the validator registry.
  std::shared_ptr<const chain::Anchor> anchor;
  /// The validators that this node signs for, in ascending order of index, none twice.
  std::vector<OwnValidator> validators;
  /// Whether this node joins votes into aggregates at interval 2.
  bool is_aggregator = false;
  /// Whether the chain has a thread of its own. Without, the main thread does its work, and is late for
  /// whatever takes long.
  bool chain_worker = true;
  /// Whether aggregates are proven on a thread of their own. Without, whoever does the chain's work waits for
  /// each proof.
  bool aggregator_thread = true;
  /// Threads that help the chain's with the signatures of votes that are tried again, at most 64. Without, it
  /// checks them alone, one after the other.
  std::size_t verify_threads = 2;
  // What keeps a node well under load. Each is here to be switched off where its disease is to be seen.
  /// Whether at most sync::kBlockFetchesMax requests for blocks by root are under way.
  bool fetch_cap = true;
  /// Whether the main thread takes one bounded batch of what waits before it looks at the clock again.
  /// Without, it goes on until nothing is left.
  bool bounded_drain = true;
  /// Whether votes are dropped while it is not known where the network stands, and start no fetches while
  /// the node is behind.
  bool sync_gating = true;
  /// Whether what is kept back (votes, aggregates and blocks that name unknown blocks) is bounded.
  bool bounded_buffers = true;
  /// The network's name within topics: leanSpec's fork digest without 0x.
  std::string network_name = "12345678";
  /// Into how many subnets votes are spread, 1 to spec::kSubnetsMax; one network has one number.
  std::uint64_t attestation_committee_count = spec::ATTESTATION_COMMITTEE_COUNT;
  /// The subnets that a node which begins as an aggregator hears besides those of its own validators.
  spec::SubnetSet aggregate_subnets = ~spec::SubnetSet();
};

/// The subnets whose votes the node hears (leanSpec: cli/run.py): those of its own validators, and an
/// aggregator's others. They stay the same when the node begins or ceases to aggregate while it runs.
[[nodiscard]] spec::SubnetSet subnets_heard(const Config& config);

}  // namespace lockstep::node
