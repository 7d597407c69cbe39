// Which kinds there are.
#include "tools/vectors/kinds.h"

#include <algorithm>
#include <array>

namespace lockstep::vectors {
namespace {

constexpr std::array kKinds = {
    Kind{"api_endpoint", check_api_endpoint},
    Kind{"fork_choice", check_fork_choice},
    Kind{"gossipsub_handler", check_gossipsub_handler},
    Kind{"justifiability", check_justifiability},
    Kind{"networking_codec", check_networking_codec},
    Kind{"poseidon_permutation", check_poseidon_permutation},
    Kind{"reaggregation", nullptr},
    Kind{"slot_clock", check_slot_clock},
    Kind{"ssz", check_ssz},
    Kind{"state_transition", check_state_transition},
    Kind{"sync", check_sync},
    Kind{"verify_multi_message_proofs", nullptr},
    Kind{"verify_signatures", nullptr},
    Kind{"verify_single_message_proofs", nullptr},
};

}  // namespace

std::span<const Kind> kinds() {
  return kKinds;
}

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace lockstep::vectors
