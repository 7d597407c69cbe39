// Fuzzes the readers of names that peers send: topics and base58; the first byte chooses.
#include "harness.h"
#include "node/networking/text_codec.h"
#include "node/networking/topics.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  const bool is_topic = fuzz::choose(input, 2) == 0;
  const base::Bytes copy = fuzz::exact_copy(input.data(), input.size());
  const std::string_view text = fuzz::as_text(copy);
  if (is_topic) {
    // Slashes in front count for nothing, as in leanSpec; neither do zeros in front of a subnet.
    if (const auto topic = networking::GossipTopic::parse(text)) {
      fuzz::check(networking::GossipTopic::parse(topic->to_text()) == *topic, "a topic comes back");
    }
    const networking::Topics topics("12345678", 4);
    if (const auto found = topics.find(text)) {
      fuzz::check(topics.name(*found) == text, "a topic is found by its name only");
    }
  } else if (const auto bytes = networking::from_base58(text)) {
    fuzz::check(networking::to_base58(*bytes) == text, "base58 comes back");
  }
  return 0;
}
