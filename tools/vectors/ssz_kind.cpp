// The ssz kind: encoding, decoding and hashing of every type that a fixture may name.
#include "tools/vectors/ssz_kind.h"

#include <algorithm>
#include <array>

namespace lockstep::vectors {
namespace {

using base::Bytes4;
using base::Bytes52;
using base::FixedBytes;
using spec::Bitlist;
using spec::Bitvector;
using spec::ListCodec;

template <typename Element, std::size_t Limit>
void check_list(const Json& fixture) {
  check_type<std::vector<Element>, ListCodec<Element, Limit>>(fixture);
}

constexpr std::array kTypes = {
    SszType{"AggregatedAttestation", check_container<spec::AggregatedAttestation>, nullptr},
    SszType{"AggregationBits", check_container<spec::AggregationBits>, nullptr},
    SszType{"Attestation", check_container<spec::Attestation>, nullptr},
    SszType{"AttestationData", check_container<spec::AttestationData>, nullptr},
    SszType{"Block", check_container<spec::Block>, nullptr},
    SszType{"BlockBody", check_container<spec::BlockBody>, nullptr},
    SszType{"BlockHeader", check_container<spec::BlockHeader>, nullptr},
    SszType{"BlocksByRangeRequest", check_container<spec::BlocksByRangeRequest>, nullptr},
    SszType{"BlocksByRootRequest", check_container<spec::BlocksByRootRequest>, nullptr},
    SszType{"Checkpoint", check_container<spec::Checkpoint>, nullptr},
    SszType{"Config", check_container<spec::GenesisConfig>, nullptr},
    SszType{"GenesisConfig", check_container<spec::GenesisConfig>, nullptr},
    SszType{"MultiMessageAggregate", check_container<spec::MultiMessageAggregate>, nullptr},
    SszType{"SignedAggregatedAttestation", check_container<spec::SignedAggregatedAttestation>, nullptr},
    SszType{"SignedBlock", check_container<spec::SignedBlock>, nullptr},
    SszType{"SingleMessageAggregate", check_container<spec::SingleMessageAggregate>, nullptr},
    SszType{"State", check_container<spec::State>, nullptr},
    SszType{"Status", check_container<spec::Status>, nullptr},
    SszType{"Validator", check_container<spec::Validator>, nullptr},
    SszType{"Validators", check_type<std::shared_ptr<const spec::ValidatorRegistry>>, nullptr},
    SszType{"AggregatedAttestations", check_list<spec::AggregatedAttestation, spec::VALIDATOR_REGISTRY_LIMIT>,
            nullptr},
    SszType{"HistoricalBlockHashes", check_type<spec::RootList>, nullptr},
    SszType{"JustificationRoots", check_list<spec::Root, spec::HISTORICAL_ROOTS_LIMIT>, nullptr},
    SszType{"JustifiedSlots", check_type<spec::JustifiedSlots>, nullptr},
    SszType{"JustificationValidators", check_type<spec::JustificationsValidators>, nullptr},
    SszType{"RequestedBlockRoots", check_list<spec::Root, spec::MAX_REQUEST_BLOCKS>, nullptr},
    SszType{"AttestationSubnets", check_type<Bitvector<64>>, nullptr},
    SszType{"Boolean", check_type<bool>, nullptr},
    SszType{"Uint8", check_type<std::uint8_t>, nullptr},
    SszType{"Uint16", check_type<std::uint16_t>, nullptr},
    SszType{"Uint32", check_type<std::uint32_t>, nullptr},
    SszType{"Uint64", check_type<std::uint64_t>, nullptr},
    SszType{"Slot", check_type<spec::Slot>, nullptr},
    SszType{"Interval", check_type<spec::Interval>, nullptr},
    SszType{"ValidatorIndex", check_type<spec::ValidatorIndex>, nullptr},
    SszType{"SubnetId", check_type<spec::SubnetId>, nullptr},
    SszType{"Bytes4", check_type<Bytes4>, nullptr},
    SszType{"Bytes16", check_type<FixedBytes<16>>, nullptr},
    SszType{"Bytes20", check_type<FixedBytes<20>>, nullptr},
    SszType{"Bytes32", check_type<spec::Root>, nullptr},
    SszType{"Bytes33", check_type<FixedBytes<33>>, nullptr},
    SszType{"Bytes52", check_type<Bytes52>, nullptr},
    SszType{"Bytes64", check_type<FixedBytes<64>>, nullptr},
    SszType{"ByteList512KiB", check_type<spec::ProofBytes>, nullptr},
    SszType{"SampleBitvector8", check_type<Bitvector<8>>, nullptr},
    SszType{"SampleBitvector64", check_type<Bitvector<64>>, nullptr},
    SszType{"SampleBitlist16", check_type<Bitlist<16>>, nullptr},
    SszType{"SampleUint16Vector3", check_type<std::array<std::uint16_t, 3>>, nullptr},
    SszType{"SampleUint64Vector4", check_type<std::array<std::uint64_t, 4>>, nullptr},
    SszType{"SampleUint32List16", check_list<std::uint32_t, 16>, nullptr},
    SszType{"SampleBytes32List8", check_list<spec::Root, 8>, nullptr},
    SszType{"BoundaryBitvector1", check_type<Bitvector<1>>, nullptr},
    SszType{"BoundaryBitvector7", check_type<Bitvector<7>>, nullptr},
    SszType{"BoundaryBitvector9", check_type<Bitvector<9>>, nullptr},
    SszType{"BoundaryBitvector255", check_type<Bitvector<255>>, nullptr},
    SszType{"BoundaryBitvector256", check_type<Bitvector<256>>, nullptr},
    SszType{"BoundaryBitvector257", check_type<Bitvector<257>>, nullptr},
    SszType{"BoundaryBitlist256", check_type<Bitlist<256>>, nullptr},
    SszType{"BoundaryUint64List32", check_list<std::uint64_t, 32>, nullptr},
    SszType{"DecodeBitlist8", check_type<Bitlist<8>>, nullptr},
    SszType{"DecodeBitvector16", check_type<Bitvector<16>>, nullptr},
    SszType{"SmokeBitlist8", check_type<Bitlist<8>>, nullptr},
};

const SszType* find_type(std::string_view name) {
  for (const std::span<const SszType> types : {std::span<const SszType>(kTypes), xmss_types()}) {
    const auto found = std::ranges::find(types, name, &SszType::name);
    if (found != types.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

SszCase read_ssz_case(const Json& fixture) {
  SszCase out;
  out.serialized = read_bytes(member(fixture, "serialized"));
  if (const auto reason = read_rejection(fixture)) {
    if (*reason != spec::RejectionReason::DECODE_ERROR) {
      throw Malformed("an ssz fixture is rejected with DECODE_ERROR or not at all");
    }
    out.is_malformed = true;
    if (read_bytes(member(fixture, "rawBytes")) != out.serialized) {
      throw Malformed("rawBytes and serialized differ");
    }
  } else {
    read_member(fixture, "root", out.root);
  }
  return out;
}

void expect_bytes(std::string_view what, const base::Bytes& actual, const base::Bytes& expected) {
  if (actual == expected) {
    return;
  }
  const auto [mine, theirs] = std::ranges::mismatch(actual, expected);
  throw Mismatch(std::string(what) + " differs from byte " + std::to_string(mine - actual.begin()) + " on (" +
                 std::to_string(actual.size()) + " bytes, expected " + std::to_string(expected.size()) + ")");
}

void expect_root(std::string_view what, const spec::Root& actual, const spec::Root& expected) {
  if (actual != expected) {
    throw Mismatch(std::string(what) + " is " + base::to_hex(actual.view()) + ", expected " +
                   base::to_hex(expected.view()));
  }
}

void expect_decodes(bool decoded, const SszCase& expected) {
  if (decoded && expected.is_malformed) {
    throw Mismatch("malformed bytes were decoded, expected DECODE_ERROR");
  }
  if (!decoded && !expected.is_malformed) {
    throw Mismatch("well-formed bytes were refused with DECODE_ERROR");
  }
}

void check_ssz(const Json& fixture) {
  const std::string name = read_string(member(fixture, "typeName"));
  const bool is_test = is_test_environment(fixture);
  const SszType* const type = find_type(name);
  if (type == nullptr) {
    throw Malformed("unknown ssz type " + name);
  }
  (is_test || type->production_check == nullptr ? type->check : type->production_check)(fixture);
}

}  // namespace lockstep::vectors
