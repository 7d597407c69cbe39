// The table of fixture kinds: which function checks which.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep::vectors {

using Json = nlohmann::json;

/// The node and the fixture disagree. Caught where fixtures are run; never leaves the room.
class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The fixture does not say what its kind must say. Caught where fixtures are run; never leaves the room.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checks one fixture: returns if it holds, throws Mismatch or Malformed otherwise.
using Check = void (*)(const Json& fixture);

/// One of leanSpec's fixture formats. To teach the runner a kind, write its check in a file of its own and
/// name it in the table in kinds.cpp.
struct Kind {
  std::string_view name;  ///< fixtureFormat without _test.
  Check check;            ///< Null as long as nothing can check the kind: not yet.
};

/// All kinds that leanSpec has.
[[nodiscard]] std::span<const Kind> kinds();
/// The kind of that name, or null.
[[nodiscard]] const Kind* find_kind(std::string_view name);

void check_api_endpoint(const Json& fixture);
void check_fork_choice(const Json& fixture);
void check_gossipsub_handler(const Json& fixture);
void check_networking_codec(const Json& fixture);
void check_ssz(const Json& fixture);
void check_state_transition(const Json& fixture);
void check_justifiability(const Json& fixture);
void check_slot_clock(const Json& fixture);
void check_poseidon_permutation(const Json& fixture);
void check_sync(const Json& fixture);

}  // namespace lockstep::vectors
