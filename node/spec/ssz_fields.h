// The fields of each container in SSZ order: what encoding, decoding and hashing are derived from.
#pragma once

#include "node/spec/requests.h"
#include "node/spec/ssz_container.h"

namespace lockstep::spec {

template <>
struct Fields<GenesisConfig> {
  using Tuple = FieldTuple<Field<&GenesisConfig::genesis_time>>;
};
template <>
struct Fields<Checkpoint> {
  using Tuple = FieldTuple<Field<&Checkpoint::root>, Field<&Checkpoint::slot>>;
};
template <>
struct Fields<AttestationData> {
  using Tuple = FieldTuple<Field<&AttestationData::slot>, Field<&AttestationData::head>,
                           Field<&AttestationData::target>, Field<&AttestationData::source>>;
};
template <>
struct Fields<Attestation> {
  using Tuple = FieldTuple<Field<&Attestation::validator_index>, Field<&Attestation::data>>;
};
template <>
struct Fields<AggregatedAttestation> {
  using Tuple =
      FieldTuple<Field<&AggregatedAttestation::aggregation_bits>, Field<&AggregatedAttestation::data>>;
};
template <>
struct Fields<SingleMessageAggregate> {
  using Tuple =
      FieldTuple<Field<&SingleMessageAggregate::participants>, Field<&SingleMessageAggregate::proof>>;
};
template <>
struct Fields<MultiMessageAggregate> {
  using Tuple = FieldTuple<Field<&MultiMessageAggregate::proof>>;
};
template <>
struct Fields<SignedAggregatedAttestation> {
  using Tuple =
      FieldTuple<Field<&SignedAggregatedAttestation::data>, Field<&SignedAggregatedAttestation::proof>>;
};
template <>
struct Fields<BlockBody> {
  using Tuple =
      FieldTuple<Field<&BlockBody::attestations, ListCodec<AggregatedAttestation, VALIDATOR_REGISTRY_LIMIT>>>;
};
template <>
struct Fields<BlockHeader> {
  using Tuple = FieldTuple<Field<&BlockHeader::slot>, Field<&BlockHeader::proposer_index>,
                           Field<&BlockHeader::parent_root>, Field<&BlockHeader::state_root>,
                           Field<&BlockHeader::body_root>>;
};
template <>
struct Fields<Block> {
  using Tuple = FieldTuple<Field<&Block::slot>, Field<&Block::proposer_index>, Field<&Block::parent_root>,
                           Field<&Block::state_root>, Field<&Block::body>>;
};
template <>
struct Fields<SignedBlock> {
  using Tuple = FieldTuple<Field<&SignedBlock::block>, Field<&SignedBlock::proof>>;
};
template <>
struct Fields<Validator> {
  using Tuple = FieldTuple<Field<&Validator::attestation_public_key>, Field<&Validator::proposal_public_key>,
                           Field<&Validator::index>>;
};
template <>
struct Fields<Status> {
  using Tuple = FieldTuple<Field<&Status::finalized>, Field<&Status::head>>;
};
template <>
struct Fields<BlocksByRootRequest> {
  using Tuple = FieldTuple<Field<&BlocksByRootRequest::roots, ListCodec<Root, MAX_REQUEST_BLOCKS>>>;
};
template <>
struct Fields<BlocksByRangeRequest> {
  using Tuple = FieldTuple<Field<&BlocksByRangeRequest::start_slot>, Field<&BlocksByRangeRequest::count>>;
};

/// List[Validator, 4096]: position and index must agree.
using ValidatorsCodec = ListCodec<Validator, VALIDATOR_REGISTRY_LIMIT>;

/// The registry, shared. None at all stands for an empty one.
template <>
struct Codec<std::shared_ptr<const ValidatorRegistry>> {
  using Pointer = std::shared_ptr<const ValidatorRegistry>;
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;
  static std::size_t size(const Pointer& value) {
    return value ? value->size() * Codec<Validator>::kSize : 0;
  }
  static std::uint8_t* write(const Pointer& value, std::uint8_t* to) {
    return value ? ValidatorsCodec::write(value->validators(), to) : to;
  }
  static bool read(ByteView bytes, Pointer& value) {
    std::vector<Validator> validators;
    if (!ValidatorsCodec::read(bytes, validators)) return false;
    for (std::size_t i = 0; i < validators.size(); ++i) {
      if (validators[i].index.value != i) return false;
    }
    value = std::make_shared<const ValidatorRegistry>(std::move(validators));
    return true;
  }
  static Root root(const Pointer& value) { return value ? value->root() : ValidatorsCodec::root({}); }
};

template <>
struct Fields<State> {
  using Tuple = FieldTuple<Field<&State::config>, Field<&State::slot>, Field<&State::latest_block_header>,
                           Field<&State::latest_justified>, Field<&State::latest_finalized>,
                           Field<&State::historical_block_hashes>, Field<&State::justified_slots>,
                           Field<&State::validators>,
                           Field<&State::justifications_roots, ListCodec<Root, HISTORICAL_ROOTS_LIMIT>>,
                           Field<&State::justifications_validators>>;
};

}  // namespace lockstep::spec
