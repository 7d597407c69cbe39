// Bookkeeping of requests between the one who asks and the network.
#include "node/sync/questions.h"

#include <utility>

namespace lockstep::sync {

bool Questions::ask(runtime::PeerId peer, chain::Request request, bool is_for_votes) {
  const std::uint64_t id = next_id_++;
  // Noted before it is handed on: the answer must find it however quick it is.
  const auto place = open_
                         .emplace(id, Question{.peer = peer,
                                               .request = std::move(request),
                                               .last = {},
                                               .is_full = false,
                                               .is_detached = false,
                                               .is_for_votes = is_for_votes})
                         .first;
  peers_.began(peer);
  if (!wire_.request(peer, id, place->second.request)) {
    peers_.ended(peer);
    open_.erase(place);
    return false;
  }
  report_level();
  return true;
}

Question* Questions::find(runtime::PeerId peer, std::uint64_t id) {
  const auto found = open_.find(id);
  return found == open_.end() || found->second.peer != peer ? nullptr : &found->second;
}

std::optional<Question> Questions::take(runtime::PeerId peer, std::uint64_t id) {
  const auto found = open_.find(id);
  if (found == open_.end() || found->second.peer != peer) {
    return std::nullopt;
  }
  std::optional<Question> out = std::move(found->second);
  open_.erase(found);
  peers_.ended(peer);
  report_level();
  return out;
}

void Questions::report_level() {
  events_.buffer_level(
      {.buffer = chain::Buffer::kRequestsInFlight, .size = open_.size(), .bound = kQuestionsMax});
}

}  // namespace lockstep::sync
