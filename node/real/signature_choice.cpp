// XMSS with its two parameter sets, and the cheap stand-in.
#include "node/real/signature_choice.h"

#include <utility>

#include "node/base/assert.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/crypto/xmss.h"

namespace lockstep::real {
namespace {

class Xmss final : public SignatureChoice {
 public:
  Xmss(const crypto::XmssParameters& parameters, std::uint64_t key_slots, std::string name)
      : key_slots_(key_slots), name_(std::move(name)), scheme_(parameters), prover_(scheme_) {}

  [[nodiscard]] const crypto::SignatureScheme& scheme() const override { return scheme_; }
  [[nodiscard]] const crypto::AggregateProver& prover() const override { return prover_; }
  [[nodiscard]] std::uint64_t log_lifetime() const override { return parameters().log_lifetime; }
  [[nodiscard]] std::string key_scheme() const override { return name_; }

  [[nodiscard]] base::Bytes make_secret_key(runtime::Random& random) const override {
    const auto pair = crypto::xmss_key_gen(scheme_.hash(), 0, key_slots_,
                                           [&](std::span<std::uint8_t> out) { random.fill(out); });
    LOCKSTEP_ASSERT_MSG(pair.has_value(), "a key of the first slots lies within the lifetime");
    return crypto::encode(pair->secret_key);
  }

  [[nodiscard]] std::shared_ptr<crypto::SigningKey> load_secret_key(base::ByteView bytes,
                                                                    std::uint64_t first_slot) const override {
    auto key = crypto::XmssSigningKey::load(parameters(), bytes);
    if (!key) {
      return nullptr;
    }
    auto shared = std::make_shared<crypto::XmssSigningKey>(std::move(*key));
    shared->refuse_below(first_slot);
    return shared;
  }

 private:
  [[nodiscard]] const crypto::XmssParameters& parameters() const { return scheme_.hash().parameters(); }

  std::uint64_t key_slots_;
  std::string name_;
  crypto::XmssScheme scheme_;
  crypto::BindingProver prover_;
};

class Cheap final : public SignatureChoice {
 public:
  [[nodiscard]] const crypto::SignatureScheme& scheme() const override { return scheme_; }
  [[nodiscard]] const crypto::AggregateProver& prover() const override { return prover_; }
  [[nodiscard]] std::uint64_t log_lifetime() const override { return 64; }
  [[nodiscard]] std::string key_scheme() const override { return "cheap"; }

  [[nodiscard]] base::Bytes make_secret_key(runtime::Random& random) const override {
    base::Bytes seed(base::Bytes32::kSize);
    random.fill(seed);
    return seed;
  }

  [[nodiscard]] std::shared_ptr<crypto::SigningKey> load_secret_key(base::ByteView bytes,
                                                                    std::uint64_t first_slot) const override {
    const std::optional<base::Bytes32> seed = base::Bytes32::from(bytes);
    if (!seed) {
      return nullptr;
    }
    auto key = std::make_shared<crypto::CheapSigningKey>(*seed);
    key->refuse_below(first_slot);
    return key;
  }

 private:
  crypto::CheapScheme scheme_;
  crypto::BindingProver prover_{scheme_};
};

/// Two bottom trees of the production parameters, the least there is: some six days of slots.
constexpr std::uint64_t kProductionKeySlots = 2 * 65536;

}  // namespace

std::vector<std::string> signature_choices() {
  return {"xmss-test", "xmss-prod", "cheap"};
}

OrUserError<std::unique_ptr<SignatureChoice>> choose_signatures(const std::string& name) {
  if (name == "xmss-test") {
    return std::make_unique<Xmss>(crypto::kXmssTest, crypto::kXmssTest.lifetime(), "xmss-test");
  }
  if (name == "xmss-prod") {
    return std::make_unique<Xmss>(crypto::kXmssProduction, kProductionKeySlots, "xmss-prod");
  }
  if (name == "cheap") {
    return std::make_unique<Cheap>();
  }
  return UserError{"unknown signature scheme '" + name + "'; there are xmss-test, xmss-prod and cheap"};
}

}  // namespace lockstep::real
