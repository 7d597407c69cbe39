// A validator that this node signs for.
#pragma once

#include <memory>

#include "node/crypto/signatures.h"
#include "node/spec/types.h"

namespace lockstep::validator {

/// One validator that this node signs for, with a key for each of its two duties.
struct OwnValidator {
  spec::ValidatorIndex index;
  /// Shared with whoever keeps the keys across the lives of a node; only one living node may use them.
  std::shared_ptr<crypto::SigningKey> attestation_key;
  std::shared_ptr<crypto::SigningKey> proposal_key;
};

}  // namespace lockstep::validator
