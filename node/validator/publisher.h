// What a validator's duties ask of the network.
#pragma once

#include "node/spec/containers.h"

namespace lockstep::validator {

/// Sends what our validators made to everybody. Never blocks.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish_block(const spec::SignedBlock& block) = 0;
  virtual void publish_attestation(const spec::SignedAttestation& vote) = 0;
};

}  // namespace lockstep::validator
