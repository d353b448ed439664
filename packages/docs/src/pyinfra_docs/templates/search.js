/* The search takes each word for the beginning of one, so that "a" finds every page; words that say nothing are left out
   of what it is asked. Should its messages once look otherwise, they pass as they are. */
(() => {
  const idle = /(^|\s)(a|an|and|are|as|at|be|by|can|do|does|for|from|how|i|in|into|is|it|my|of|on|or|so|that|the|to|what|when|where|with)\*?(?=\s|$)/gi
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (message, ...others) {
    const asked = message && message.data
    if (typeof asked === "string") {
      const words = asked.replace(idle, "$1").trim()
      if (words) message = { ...message, data: words }
    }
    return post.call(this, message, ...others)
  }
})()
