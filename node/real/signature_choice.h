// The signature schemes that a user can choose, by name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/real/user_error.h"
#include "node/runtime/random.h"

namespace lockstep::real {

/// A scheme, the prover that goes with it, and how its secret keys are made and stored.
class SignatureChoice {
 public:
  virtual ~SignatureChoice() = default;

  [[nodiscard]] virtual const crypto::SignatureScheme& scheme() const = 0;
  [[nodiscard]] virtual const crypto::AggregateProver& prover() const = 0;

  /// Slots that one key can sign for, and the name of the scheme as it stands in a manifest.
  [[nodiscard]] virtual std::uint64_t log_lifetime() const = 0;
  [[nodiscard]] virtual std::string key_scheme() const = 0;

  /// A fresh secret key in the form in which it is stored: SSZ for XMSS.
  [[nodiscard]] virtual base::Bytes make_secret_key(runtime::Random& random) const = 0;
  /// Reads such a key. It will sign nothing for slots below `first_slot`, for which it may have signed before
  /// it was stored. Null when the bytes are no key of this scheme.
  [[nodiscard]] virtual std::shared_ptr<crypto::SigningKey> load_secret_key(
      base::ByteView bytes, std::uint64_t first_slot) const = 0;
};

/// The names that choose_signatures knows.
[[nodiscard]] std::vector<std::string> signature_choices();

/// `xmss-test`, `xmss-prod` or `cheap`; an error for other names.
[[nodiscard]] OrUserError<std::unique_ptr<SignatureChoice>> choose_signatures(const std::string& name);

}  // namespace lockstep::real
