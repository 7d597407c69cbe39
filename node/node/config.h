// What makes one node differ from another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/chain/anchor.h"
#include "node/crypto/signatures.h"
#include "node/spec/types.h"

namespace lockstep::node {

/// One validator that this node signs for, with a key for each of its two duties.
struct OwnValidator {
  spec::ValidatorIndex index;
  /// Shared with whoever keeps the keys across the lives of a node; only one living node may use them.
  std::shared_ptr<crypto::SigningKey> attestation_key;
  std::shared_ptr<crypto::SigningKey> proposal_key;
};

/// The settings of one node. A value: the same Config and the same world give the same run.
struct Config {
  /// Where the chain begins; its state holds genesis time and the validator registry.
  std::shared_ptr<const chain::Anchor> anchor;
  /// The validators that this node signs for, in ascending order of index, none twice.
  std::vector<OwnValidator> validators;
  /// Whether this node joins votes into aggregates at interval 2.
  bool is_aggregator = false;
  /// The network's name within topics: leanSpec's fork digest without 0x.
  std::string network_name = "12345678";
};

}  // namespace lockstep::node
