// From the JSON form of leanSpec's values to the node's containers.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/quantity.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/requests.h"
#include "tools/vectors/kinds.h"

namespace lockstep::vectors {

/// The member `key` of an object. Throws Malformed if there is none.
const Json& member(const Json& object, std::string_view key);
/// The array inside {"data": …}, the form of every list, vector and bit sequence.
const Json& data_array(const Json& wrapped);
/// An unsigned integer with all 64 bits; a decimal string says the same, as bare integers are written.
std::uint64_t read_number(const Json& node);
bool read_bool(const Json& node);
std::string read_string(const Json& node);
/// A string of hexadecimal digits with 0x in front.
base::Bytes read_bytes(const Json& node);
/// The fixture's rejectionReason, if it has one. Throws Malformed for a name that leanSpec does not have.
std::optional<spec::RejectionReason> read_rejection(const Json& fixture);
/// Whether leanEnv says test; otherwise it says prod.
bool is_test_environment(const Json& fixture);

inline void read_json(const Json& node, bool& value) {
  value = read_bool(node);
}

template <typename T>
  requires std::is_unsigned_v<T>
void read_json(const Json& node, T& value) {
  const std::uint64_t number = read_number(node);
  if (number > std::numeric_limits<T>::max()) {
    throw Malformed("the number " + std::to_string(number) + " is too large for its type");
  }
  value = static_cast<T>(number);
}

template <typename Tag>
void read_json(const Json& node, base::Quantity<Tag>& value) {
  value.value = read_number(node);
}

template <std::size_t N>
void read_json(const Json& node, base::FixedBytes<N>& value) {
  const auto bytes = base::FixedBytes<N>::from(read_bytes(node));
  if (!bytes) {
    throw Malformed("expected " + std::to_string(N) + " bytes");
  }
  value = *bytes;
}

template <std::size_t Limit>
void read_json(const Json& node, spec::Bitlist<Limit>& value) {
  value = {};
  for (const Json& bit : data_array(node)) {
    if (value.size() == Limit) {
      throw Malformed("more bits than the limit");
    }
    value.push_back(read_bool(bit));
  }
}

template <std::size_t Length>
void read_json(const Json& node, spec::Bitvector<Length>& value) {
  const Json& bits = data_array(node);
  if (bits.size() != Length) {
    throw Malformed("expected " + std::to_string(Length) + " bits");
  }
  for (std::size_t i = 0; i < Length; ++i) {
    value.set(i, read_bool(bits[i]));
  }
}

void read_json(const Json& node, spec::ProofBytes& value);
void read_json(const Json& node, spec::Signature& value);
void read_json(const Json& node, spec::GenesisConfig& value);
void read_json(const Json& node, spec::Checkpoint& value);
void read_json(const Json& node, spec::AttestationData& value);
void read_json(const Json& node, spec::Attestation& value);
void read_json(const Json& node, spec::SignedAttestation& value);
void read_json(const Json& node, spec::AggregatedAttestation& value);
void read_json(const Json& node, spec::SingleMessageAggregate& value);
void read_json(const Json& node, spec::MultiMessageAggregate& value);
void read_json(const Json& node, spec::SignedAggregatedAttestation& value);
void read_json(const Json& node, spec::BlockBody& value);
void read_json(const Json& node, spec::BlockHeader& value);
void read_json(const Json& node, spec::Block& value);
void read_json(const Json& node, spec::SignedBlock& value);
void read_json(const Json& node, spec::Validator& value);
void read_json(const Json& node, spec::State& value);
void read_json(const Json& node, spec::Status& value);
void read_json(const Json& node, spec::BlocksByRootRequest& value);
void read_json(const Json& node, spec::BlocksByRangeRequest& value);
void read_json(const Json& node, spec::RootList& value);
void read_json(const Json& node, std::shared_ptr<const spec::ValidatorRegistry>& value);

template <typename Element>
void read_json(const Json& node, std::vector<Element>& values) {
  values.clear();
  for (const Json& element : data_array(node)) {
    read_json(element, values.emplace_back());
  }
}

template <typename Element, std::size_t N>
void read_json(const Json& node, std::array<Element, N>& values) {
  const Json& elements = data_array(node);
  if (elements.size() != N) {
    throw Malformed("expected " + std::to_string(N) + " elements");
  }
  for (std::size_t i = 0; i < N; ++i) {
    read_json(elements[i], values[i]);
  }
}

/// Reads a member into `value`, and says which one it was if that fails.
template <typename T>
void read_member(const Json& object, std::string_view key, T& value) {
  const Json& node = member(object, key);
  try {
    read_json(node, value);
  } catch (const Malformed& malformed) {
    throw Malformed(std::string(key) + ": " + malformed.what());
  }
}

/// The same as a result.
template <typename T>
T read(const Json& object, std::string_view key) {
  T value{};
  read_member(object, key, value);
  return value;
}

}  // namespace lockstep::vectors
