// One name for each letter.
#include "sim/cluster/names.h"

#include <array>
#include <string_view>

namespace lockstep::cluster {

std::string name_of(std::uint64_t node) {
  constexpr std::array<std::string_view, 26> kNames = {
      "Ann", "Bob", "Cyd", "Dee", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Leo", "Mia",
      "Ned", "Oda", "Pia", "Quy", "Ron", "Sue", "Tom", "Uma", "Val", "Wes", "Xia", "Yan", "Zoe"};
  const std::uint64_t round = node / kNames.size();
  return std::string(kNames[node % kNames.size()]) + (round == 0 ? "" : std::to_string(round + 1));
}

}  // namespace lockstep::cluster
