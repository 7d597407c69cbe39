// The instances of encode and decode.
#include "node/spec/ssz.h"

#include "node/spec/ssz_fields.h"

namespace lockstep::spec {

template <typename T>
base::Bytes encode(const T& value) {
  base::Bytes out(Codec<T>::size(value));
  Codec<T>::write(value, out.data());
  return out;
}

template <typename T>
std::size_t encoded_size(const T& value) {
  return Codec<T>::size(value);
}

template <typename T>
Verdict<T> decode(base::ByteView bytes) {
  T value;
  if (!Codec<T>::read(bytes, value)) {
    return RejectionReason::DECODE_ERROR;
  }
  return value;
}

#define LOCKSTEP_SSZ(T)                           \
  template base::Bytes encode<T>(const T&);       \
  template std::size_t encoded_size<T>(const T&); \
  template Verdict<T> decode<T>(base::ByteView)
LOCKSTEP_SSZ(GenesisConfig);
LOCKSTEP_SSZ(Checkpoint);
LOCKSTEP_SSZ(AttestationData);
LOCKSTEP_SSZ(Attestation);
LOCKSTEP_SSZ(AggregationBits);
LOCKSTEP_SSZ(AggregatedAttestation);
LOCKSTEP_SSZ(SingleMessageAggregate);
LOCKSTEP_SSZ(MultiMessageAggregate);
LOCKSTEP_SSZ(SignedAggregatedAttestation);
LOCKSTEP_SSZ(BlockBody);
LOCKSTEP_SSZ(BlockHeader);
LOCKSTEP_SSZ(Block);
LOCKSTEP_SSZ(SignedBlock);
LOCKSTEP_SSZ(Validator);
LOCKSTEP_SSZ(State);
LOCKSTEP_SSZ(Status);
LOCKSTEP_SSZ(BlocksByRootRequest);
LOCKSTEP_SSZ(BlocksByRangeRequest);
#undef LOCKSTEP_SSZ

namespace {
constexpr std::size_t kUnsignedSize = Codec<Attestation>::kSize;
static_assert(kUnsignedSize == 136);
}  // namespace

template <>
std::size_t encoded_size<SignedAttestation>(const SignedAttestation& value) {
  return kUnsignedSize + value.signature.data.size();
}

template <>
base::Bytes encode<SignedAttestation>(const SignedAttestation& value) {
  base::Bytes out(encoded_size(value));
  std::uint8_t* const end = Codec<Attestation>::write({value.validator_index, value.data}, out.data());
  std::copy(value.signature.data.begin(), value.signature.data.end(), end);
  return out;
}

Verdict<SignedAttestation> decode_signed_attestation(base::ByteView bytes,
                                                     const crypto::SignatureScheme& scheme) {
  Attestation vote;
  if (bytes.size() != kUnsignedSize + scheme.signature_size() ||
      !Codec<Attestation>::read(bytes.first(kUnsignedSize), vote)) {
    return RejectionReason::DECODE_ERROR;
  }
  const base::ByteView signature = bytes.subspan(kUnsignedSize);
  if (!scheme.is_well_formed(signature)) {
    return RejectionReason::DECODE_ERROR;
  }
  return SignedAttestation{
      vote.validator_index, vote.data, {base::Bytes(signature.begin(), signature.end())}};
}

}  // namespace lockstep::spec
