namespace ZeroCopy;

/// <summary>For which readers what a <see cref="VmSpliceWriter"/> hands over stays as it was written.</summary>
public enum VmSpliceMode
{
    /// <summary>
    /// Whatever the reader does: read, splice onward, tee, keep it for hours. Pages are given up when they were handed over, a huge page at a time, and new
    /// ones taken. Without huge pages that is slower than copying, so the writer copies then.
    /// </summary>
    AnyReader = 0,

    /// <summary>
    /// Only if every reader copies, as read(2) does. Pages are written to again after the pipe has let go of their bytes. <b>A reader that splices or tees</b>, as
    /// pv, tee and cat of some systems do, <b>sees bytes change after it took them</b>, and no error tells.
    /// </summary>
    CopyingReader = 1,
}
