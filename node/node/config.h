// What makes one node differ from another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/chain/anchor.h"
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
  /// The network's name within topics: leanSpec's fork digest without 0x.
  std::string network_name = "12345678";
};

}  // namespace lockstep::node
