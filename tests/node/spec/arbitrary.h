// Random containers for property tests.
#pragma once

#include <rapidcheck.h>

#include "node/spec/requests.h"
#include "tests/node/spec/chain_builder.h"

namespace lockstep::spec::tests {

inline std::uint64_t any_number() {
  return *rc::gen::arbitrary<std::uint64_t>();
}
/// Any number up to `most`, at full range from the first case on.
inline std::size_t any_size(std::size_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, most + 1));
}

inline base::Bytes any_bytes(std::size_t size) {
  return *rc::gen::container<base::Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
}

template <std::size_t N>
base::FixedBytes<N> any_fixed_bytes() {
  return *base::FixedBytes<N>::from(any_bytes(N));
}
inline Root any_root() {
  return any_fixed_bytes<32>();
}
inline Checkpoint any_checkpoint() {
  const Root root = any_root();
  return {root, Slot(any_number())};
}

template <std::size_t Limit>
Bitlist<Limit> any_bits(std::size_t most) {
  return Bitlist<Limit>::of(
      *rc::gen::container<std::vector<bool>>(any_size(most), rc::gen::arbitrary<bool>()));
}
inline AggregationBits any_aggregation_bits() {
  return any_bits<VALIDATOR_REGISTRY_LIMIT>(700);
}

inline AttestationData any_attestation_data() {
  AttestationData out;
  out.slot = Slot(any_number());
  out.head = any_checkpoint();
  out.target = any_checkpoint();
  out.source = any_checkpoint();
  return out;
}
inline AggregatedAttestation any_aggregated_attestation() {
  AggregatedAttestation out;
  out.aggregation_bits = any_aggregation_bits();
  out.data = any_attestation_data();
  return out;
}
inline SingleMessageAggregate any_single_message_aggregate() {
  SingleMessageAggregate out;
  out.participants = any_aggregation_bits();
  out.proof.data = any_bytes(any_size(100));
  return out;
}
inline BlockHeader any_header() {
  BlockHeader out;
  out.slot = Slot(any_number());
  out.proposer_index = ValidatorIndex(any_number());
  out.parent_root = any_root();
  out.state_root = any_root();
  out.body_root = any_root();
  return out;
}
inline Block any_block() {
  Block out;
  out.slot = Slot(any_number());
  out.proposer_index = ValidatorIndex(any_number());
  out.parent_root = any_root();
  out.state_root = any_root();
  for (std::size_t left = any_size(4); left > 0; --left) {
    out.body.attestations.push_back(any_aggregated_attestation());
  }
  return out;
}
inline State any_state() {
  State out;
  out.config.genesis_time = any_number();
  out.slot = Slot(any_number());
  out.latest_block_header = any_header();
  out.latest_justified = any_checkpoint();
  out.latest_finalized = any_checkpoint();
  for (std::size_t left = any_size(40); left > 0; --left) {
    out.historical_block_hashes.push_back(any_root());
  }
  out.justified_slots = any_bits<JustifiedSlots::kLimit>(300);
  out.validators = make_registry(any_size(5));
  for (std::size_t left = any_size(5); left > 0; --left) {
    out.justifications_roots.push_back(any_root());
  }
  out.justifications_validators = any_bits<JustificationsValidators::kLimit>(300);
  return out;
}

}  // namespace lockstep::spec::tests
