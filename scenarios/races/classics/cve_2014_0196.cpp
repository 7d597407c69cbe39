// Two threads write to one terminal line: each looks how much room is left, then both fill it.
// finds: heap overflow
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace {
constexpr std::size_t kRoom = 8;

struct Line {
  std::mutex guard;
  std::atomic<std::size_t> used{0};
  char* text = new char[kRoom];
};

void append(Line& line, std::string_view words) {
#ifdef CORRECT
  const std::lock_guard lock(line.guard);
#endif
  const std::size_t fits = std::min(words.size(), kRoom - line.used);
  for (const char letter : words.substr(0, fits)) {
    line.text[line.used++] = letter;
  }
}
}  // namespace

int main() {
  Line line;
  std::thread echo(append, std::ref(line), "echoes");
  std::thread output(append, std::ref(line), "output");
  echo.join();
  output.join();
  delete[] line.text;
}
