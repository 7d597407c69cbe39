// The duties of our own validators: to propose at interval 0 and to vote at interval 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/time.h"
#include "node/chain/chain.h"
#include "node/chain/events.h"
#include "node/crypto/aggregate.h"
#include "node/runtime/meter.h"
#include "node/spec/slot_clock.h"
#include "node/validator/duty_gate.h"
#include "node/validator/own_validator.h"
#include "node/validator/publisher.h"

namespace lockstep::validator {

/// How long after the beginning of interval 1 votes wait for the slot's block (leanSpec: 8 times 50 ms).
inline constexpr base::Duration kAttestationDelayMax = std::chrono::milliseconds(400);

/// Does the duties when told what time it is; it reads no clock and never waits. Signs nothing for the slot
/// in which the node was started or earlier, as an earlier life of the node may have done so, and nothing
/// twice. Not thread-safe: one thread owns it.
class Duties {
 public:
  /// `started_in` is the slot in which the node started; nothing if that was before genesis. Everything
  /// referred to outlives it. Requires: `validators` ascending by index, none twice.
  Duties(std::vector<OwnValidator> validators, std::optional<spec::Slot> started_in, chain::Chain& chain,
         Publisher& publisher, runtime::Meter& meter, const crypto::AggregateProver& prover,
         chain::Events& events);

  /// An interval has begun and the chain was ticked to it. To be called for every interval in order; those
  /// for which the clock has moved on since are not `is_current`, and no block is proposed in them.
  void on_interval(spec::Interval interval, bool is_current);

  /// Votes, if this slot's votes are still to be made and either its block is there or they have waited long
  /// enough. To be called when a block was imported and when deadline() has passed.
  void poll(base::WallTime now);

  /// Until when votes wait for their block; nothing when none do.
  [[nodiscard]] std::optional<base::WallTime> deadline() const;

 private:
  /// A validator and the last slots for which it signed.
  struct Signer {
    OwnValidator own;
    std::optional<spec::Slot> last_vote;
    std::optional<spec::Slot> last_block;
  };

  void propose(spec::Slot slot);
  void propose(spec::Slot slot, Signer& signer);
  [[nodiscard]] std::optional<chain::DutySkip> make_block(spec::Slot slot, Signer& signer);
  void attest(spec::Slot slot);
  [[nodiscard]] std::optional<chain::DutySkip> vote(Signer& signer, const spec::AttestationData& data,
                                                    const spec::Root& data_root);
  [[nodiscard]] base::Result<base::Bytes, crypto::SigningError> sign(crypto::SigningKey& key, spec::Slot slot,
                                                                     const spec::Root& message);
  void skip_votes(spec::Slot slot, chain::DutySkip reason);
  void skip(chain::Duty duty, spec::Slot slot, const Signer& signer, chain::DutySkip reason);
  [[nodiscard]] bool may_sign(spec::Slot slot) const;
  [[nodiscard]] bool is_gate_open(spec::Slot slot);

  std::vector<Signer> signers_;
  std::optional<spec::Slot> started_in_;
  chain::Chain& chain_;
  Publisher& publisher_;
  runtime::Meter& meter_;
  const crypto::AggregateProver& prover_;
  chain::Events& events_;
  spec::SlotClock clock_;
  DutyGate gate_;
  /// The slot whose votes are still to be made.
  std::optional<spec::Slot> unvoted_;
  /// Since interval 1 of that slot has begun, votes wait for its block only.
  bool waiting_ = false;
};

}  // namespace lockstep::validator
