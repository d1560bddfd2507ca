export const words = {
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  retry: "Try again",
  clear: "Clear",
  back: "Back",
  loading: "Loading",
  copy: "Copy",
  copied: "Copied",
  notCaptured: "Not captured yet",
  requestId: (id: string) => `Request ${id}`,
  loadMore: "Load more",
};
