// The length is asked, then somebody erases, then that many characters are copied.
// finds: assertion
#include <cassert>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace {
class Buffer {
 public:
  explicit Buffer(std::string text) : text_(std::move(text)) {}

  std::size_t length() {
    const std::lock_guard lock(guard_);
    return text_.size();
  }
  std::string copy(std::size_t count) {
    const std::lock_guard lock(guard_);
    assert(count <= text_.size());
    return text_.substr(0, count);
  }
  std::string copy_all() {
    const std::lock_guard lock(guard_);
    return text_;
  }
  void erase() {
    const std::lock_guard lock(guard_);
    text_.clear();
  }

 private:
  std::mutex guard_;
  std::string text_;
};

Buffer source("abcdef");

void append() {
#ifdef CORRECT
  const std::string copied = source.copy_all();
#else
  const std::string copied = source.copy(source.length());
#endif
  assert(copied.empty() || copied == "abcdef");
}
}  // namespace

int main() {
  std::thread a(append);
  std::thread b([] { source.erase(); });
  a.join();
  b.join();
  assert(source.length() == 0);
}
