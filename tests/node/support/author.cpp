// A chain that all validators write together.
#include "author.h"

#include <iterator>
#include <optional>
#include <utility>

#include "node/spec/containers.h"

namespace lockstep::test {
namespace {

base::Bytes32 seed_of(std::size_t validator, std::uint8_t duty) {
  base::Bytes32 seed;
  base::store_le<std::uint64_t>(validator, seed.data.data());
  seed.data[31] = duty;
  return seed;
}

constexpr std::uint8_t kAttestation = 1;
constexpr std::uint8_t kProposal = 2;

}  // namespace

std::vector<validator::OwnValidator> Keys::own(std::size_t first, std::size_t count) const {
  std::vector<validator::OwnValidator> out;
  for (std::size_t i = first; i < first + count; ++i) {
    out.push_back({.index = spec::ValidatorIndex(i),
                   .attestation_key = std::make_shared<crypto::CheapSigningKey>(seed_of(i, kAttestation)),
                   .proposal_key = std::make_shared<crypto::CheapSigningKey>(seed_of(i, kProposal))});
  }
  return out;
}

std::shared_ptr<const chain::Anchor> Keys::anchor(std::uint64_t genesis_time) const {
  std::vector<spec::Validator> validators;
  for (const validator::OwnValidator& own : all()) {
    validators.push_back({.attestation_public_key = own.attestation_key->public_key(),
                          .proposal_public_key = own.proposal_key->public_key(),
                          .index = own.index});
  }
  return chain::genesis_anchor(genesis_time,
                               std::make_shared<const spec::ValidatorRegistry>(std::move(validators)));
}

Author::Author(const Keys& keys, std::shared_ptr<const chain::Anchor> anchor,
               std::vector<validator::OwnValidator> awake)
    : chain_(std::move(anchor), true, spec::ValidatorIndex(0), thread_.seams(), meter_, keys.scheme,
             keys.prover, events_),
      duties_(std::move(awake), std::nullopt, chain_, *this, meter_, keys.prover, events_) {}

SlotProducts Author::run_slot(std::uint64_t slot, bool propose, bool vote) {
  products_ = {};
  while (chain_.store().time().value < slot * spec::INTERVALS_PER_SLOT + spec::INTERVALS_PER_SLOT - 1) {
    std::vector<spec::SignedAggregatedAttestation> made = chain_.tick_interval();
    const spec::Interval now = chain_.store().time();
    const std::uint64_t part = now.value % spec::INTERVALS_PER_SLOT;
    if (now.value < slot * spec::INTERVALS_PER_SLOT) {
      continue;
    }
    if (part == 0) {
      duties_.on_interval(now, propose);
    } else if (vote) {
      duties_.on_interval(now, true);
    }
    // Votes do not wait for a block here: whoever proposes has done so already.
    if (const std::optional<base::WallTime> deadline = duties_.deadline()) {
      duties_.poll(*deadline);
    }
    std::move(made.begin(), made.end(), std::back_inserter(products_.aggregates));
  }
  return std::move(products_);
}

void Author::publish_block(chain::SignedBlockPointer block) {
  products_.block = std::move(block);
}

void Author::publish_attestation(const spec::SignedAttestation& vote) {
  products_.votes.push_back(vote);
}

void tick_to(chain::Chain& chain, std::uint64_t interval) {
  while (chain.store().time().value < interval) {
    static_cast<void>(chain.tick_interval());
  }
}

void settle(chain::Chain& chain) {
  while (chain.has_work()) {
    static_cast<void>(chain.step());
  }
}

}  // namespace lockstep::test
