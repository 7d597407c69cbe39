// Checks of signatures and proofs that need nothing of the store, so that any thread may do them.
#pragma once

#include <functional>
#include <span>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/runtime/meter.h"
#include "node/spec/store.h"

namespace lockstep::chain {

/// One question: whether this signature, or this proof, bears out what it is claimed for.
struct Check {
  std::variant<spec::SignatureClaim, spec::AggregateClaim> claim;
  /// The signature or the proof; borrowed.
  base::ByteView evidence;
  bool is_decided = false;
  bool holds = false;
};

/// Gives the same checks back, all decided, in whatever order and on whatever threads that was done.
using DecideAll = std::function<std::vector<Check>(std::vector<Check>)>;

/// Decides checks, one by one, as metered work. Thread-safe: holds nothing that changes.
class Decider {
 public:
  /// Everything referred to outlives it.
  Decider(runtime::Meter& meter, const crypto::SignatureScheme& scheme, const crypto::AggregateProver& prover)
      : meter_(meter), scheme_(scheme), prover_(prover) {}

  void decide(Check& check) const;
  /// Those that are not decided yet, on the calling thread.
  void decide_all(std::span<Check> checks) const;

 private:
  runtime::Meter& meter_;
  const crypto::SignatureScheme& scheme_;
  const crypto::AggregateProver& prover_;
};

}  // namespace lockstep::chain
