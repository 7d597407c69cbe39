// Keys and registry from a seed.
#include "sim/cluster/genesis.h"

#include <utility>

#include "node/base/assert.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/crypto/xmss.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint32_t kPurposeOfAttestation = 0;
constexpr std::uint32_t kPurposeOfProposal = 1;

/// The choices from which one key is made: `workload:<validator>:<duty>:0, 1 …`
sim::ChoiceStream key_stream(sim::Choices& choices, std::uint64_t validator, std::uint32_t duty) {
  return {choices, sim::ChoiceDomain::kWorkload, validator, duty};
}

std::shared_ptr<crypto::SigningKey> make_key(bool is_xmss, sim::ChoiceStream stream) {
  const auto fill = [&stream](std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) {
      byte = static_cast<std::uint8_t>(stream.bits());
    }
  };
  if (!is_xmss) {
    base::Bytes32 seed;
    fill(seed.data);
    return std::make_shared<crypto::CheapSigningKey>(seed);
  }
  auto pair = crypto::xmss_key_gen(crypto::XmssHash(crypto::kXmssTest), 0, kXmssSlotsMax, fill);
  LOCKSTEP_ASSERT(pair.has_value());
  return std::make_shared<crypto::XmssSigningKey>(crypto::kXmssTest, std::move(pair->secret_key));
}

}  // namespace

/// The key by which stray signatures of the scheme xmss are made.
struct Genesis::Stray {
  crypto::XmssHash hash{crypto::kXmssTest};
  crypto::XmssSecretKey key;
};

static_assert(crypto::kXmssTest.lifetime() == kXmssSlotsMax);

Genesis::Genesis(std::string_view scheme, std::uint64_t validators, std::uint64_t genesis_time,
                 sim::Choices& choices)
    : choices_(choices), is_xmss_(scheme == "xmss") {
  if (is_xmss_) {
    scheme_ = std::make_unique<crypto::XmssScheme>(crypto::kXmssTest);
  } else {
    scheme_ = std::make_unique<crypto::CheapScheme>();
  }
  prover_ = std::make_unique<crypto::BindingProver>(*scheme_);
  std::vector<spec::Validator> registry;
  for (std::uint64_t i = 0; i < validators; ++i) {
    const ValidatorKeys& keys = made_.emplace_back(make_keys(i));
    registry.push_back(
        {keys.attestation->public_key(), keys.proposal->public_key(), spec::ValidatorIndex(i)});
  }
  anchor_ = chain::genesis_anchor(genesis_time,
                                  std::make_shared<const spec::ValidatorRegistry>(std::move(registry)));
  anchor_checkpoint_ = {spec::hash_tree_root(anchor_->block), anchor_->block.slot};
}

base::Bytes Genesis::stray_signature(std::uint64_t slot, std::uint64_t noise) {
  base::Bytes32 message;
  base::store_le(noise, message.data.data());
  if (!is_xmss_) {
    return *crypto::CheapSigningKey(message).sign(slot, message);
  }
  if (stray_ == nullptr) {
    auto pair =
        crypto::xmss_key_gen(crypto::XmssHash(crypto::kXmssTest), 0, kXmssSlotsMax,
                             [](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), 7); });
    LOCKSTEP_ASSERT(pair.has_value());
    stray_ = std::make_shared<Stray>();
    stray_->key = std::move(pair->secret_key);
  }
  const auto signature = crypto::xmss_sign(stray_->hash, stray_->key, slot, message);
  LOCKSTEP_ASSERT(signature.has_value());
  return crypto::encode(*signature);
}

ValidatorKeys Genesis::take_keys(std::uint64_t validator) {
  LOCKSTEP_ASSERT(validator < made_.size());
  if (made_[validator].attestation == nullptr) {
    return make_keys(validator);
  }
  return std::exchange(made_[validator], {});
}

ValidatorKeys Genesis::make_keys(std::uint64_t validator) const {
  return {make_key(is_xmss_, key_stream(choices_, validator, kPurposeOfAttestation)),
          make_key(is_xmss_, key_stream(choices_, validator, kPurposeOfProposal))};
}

}  // namespace lockstep::cluster
