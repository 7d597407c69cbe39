// What a validator's duties ask of the network.
#pragma once

#include "node/chain/exchange.h"
#include "node/spec/containers.h"

namespace lockstep::validator {

/// Has what our validators made sent to everybody. Never blocks; whether it went out is reported later.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish_block(chain::SignedBlockPointer block) = 0;
  virtual void publish_attestation(const spec::SignedAttestation& vote) = 0;
};

}  // namespace lockstep::validator
