// What the containers do beyond holding fields.
#include "node/spec/containers.h"

#include "node/base/assert.h"
#include "node/spec/ssz_fields.h"

namespace lockstep::spec {

ValidatorRegistry::ValidatorRegistry(std::vector<Validator> validators) : validators_(std::move(validators)) {
  LOCKSTEP_ASSERT(validators_.size() <= VALIDATOR_REGISTRY_LIMIT);
  for (std::size_t i = 0; i < validators_.size(); ++i) {
    LOCKSTEP_ASSERT_MSG(validators_[i].index.value == i, "a validator's index is its position");
  }
  root_ = ValidatorsCodec::root(validators_);
}

bool operator==(const State& a, const State& b) {
  using Registry = Codec<std::shared_ptr<const ValidatorRegistry>>;
  return a.config == b.config && a.slot == b.slot && a.latest_block_header == b.latest_block_header &&
         a.latest_justified == b.latest_justified && a.latest_finalized == b.latest_finalized &&
         a.historical_block_hashes == b.historical_block_hashes && a.justified_slots == b.justified_slots &&
         a.justifications_roots == b.justifications_roots &&
         a.justifications_validators == b.justifications_validators &&
         (a.validators == b.validators || Registry::root(a.validators) == Registry::root(b.validators));
}

}  // namespace lockstep::spec
