// What a whole node needs in a story besides its network: nothing that costs or chooses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "node/chain/anchor.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/node/config.h"
#include "node/runtime/meter.h"
#include "node/runtime/random.h"

namespace lockstep::scenarios::races {

class NoMeter final : public runtime::Meter {
 public:
  std::uint64_t begin(runtime::Work /*work*/) override { return 0; }
  void end(runtime::Work /*work*/, std::uint64_t /*token*/, std::uint64_t /*units*/) override {}
};

class Zeros final : public runtime::Random {
 public:
  std::uint64_t next() override { return 0; }
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0}); }
};

/// A node without validators of its own, on a chain of one validator whose genesis is the beginning of time.
[[nodiscard]] inline node::Config small_config() {
  static const std::shared_ptr<const chain::Anchor> kAnchor = [] {
    const crypto::CheapSigningKey key{base::Bytes32{}};
    const spec::Validator only{key.public_key(), key.public_key(), spec::ValidatorIndex(0)};
    return chain::genesis_anchor(
        0, std::make_shared<const spec::ValidatorRegistry>(std::vector<spec::Validator>{only}));
  }();
  node::Config config;
  config.anchor = kAnchor;
  return config;
}

}  // namespace lockstep::scenarios::races
