// A pool that is told to stop leaves tasks behind whose results somebody waits for.
// finds: exception
#include <cassert>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }
  ~Pool() {
    {
      const std::lock_guard lock(guard_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  std::future<int> submit(std::function<int()> function) {
    auto task = std::make_shared<std::packaged_task<int()>>(std::move(function));
    std::future<int> result = task->get_future();
    {
      const std::lock_guard lock(guard_);
      tasks_.emplace([task] { (*task)(); });
    }
    changed_.notify_one();
    return result;
  }

 private:
  void work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
#ifdef CORRECT
        if (tasks_.empty()) {
          return;
        }
#else
        if (stopping_) {
          return;
        }
#endif
        task = std::move(tasks_.front());
        tasks_.pop();
      }
      task();
    }
  }

  std::mutex guard_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

int main() {
  std::future<int> one;
  std::future<int> two;
  {
    Pool pool(2);
    one = pool.submit([] { return 1; });
    two = pool.submit([] { return 2; });
  }
  assert(one.get() + two.get() == 3);
}
