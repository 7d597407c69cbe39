// Makes valid blocks and votes: a chain with the keys of all validators.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "fakes.h"
#include "node/chain/anchor.h"
#include "node/chain/chain.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/validator/duties.h"
#include "node/validator/own_validator.h"
#include "recorder.h"

namespace lockstep::test {

/// The cheap scheme, its prover, and the keys of a few validators.
class Keys {
 public:
  explicit Keys(std::size_t validators) : validators_(validators) {}

  /// A fresh set of keys of the validators [first, first + count): they remember nothing that others signed.
  [[nodiscard]] std::vector<validator::OwnValidator> own(std::size_t first, std::size_t count) const;
  [[nodiscard]] std::vector<validator::OwnValidator> all() const { return own(0, validators_); }
  [[nodiscard]] std::shared_ptr<const chain::Anchor> anchor(std::uint64_t genesis_time) const;

  crypto::CheapScheme scheme;
  crypto::BindingProver prover{scheme};

 private:
  std::size_t validators_;
};

/// What all validators made in one slot.
struct SlotProducts {
  chain::SignedBlockPointer block;  ///< Null when nobody proposed.
  std::vector<spec::SignedAttestation> votes;
  std::vector<spec::SignedAggregatedAttestation> aggregates;
};

/// Runs a chain slot by slot, every validator that is awake doing its duties at once and everybody seeing
/// everything.
class Author final : public validator::Publisher {
 public:
  Author(const Keys& keys, std::shared_ptr<const chain::Anchor> anchor)
      : Author(keys, std::move(anchor), keys.all()) {}
  /// The same where only some validators are awake.
  Author(const Keys& keys, std::shared_ptr<const chain::Anchor> anchor,
         std::vector<validator::OwnValidator> awake);

  /// Runs one whole slot, later than those before. Slots in between stay empty.
  SlotProducts run_slot(std::uint64_t slot, bool propose = true, bool vote = true);

  [[nodiscard]] chain::Chain& chain() { return chain_; }

  void publish_block(chain::SignedBlockPointer block) override;
  void publish_attestation(const spec::SignedAttestation& vote) override;

 private:
  LoneThread thread_;
  CountingMeter meter_;
  Recorder events_;
  chain::Chain chain_;
  validator::Duties duties_;
  SlotProducts products_;
};

/// Ticks a chain interval by interval; what it aggregates is dropped.
void tick_to(chain::Chain& chain, std::uint64_t interval);

/// Lets a chain finish all that waits inside it.
void settle(chain::Chain& chain);

}  // namespace lockstep::test
