"""The transfer worker: a daemon of the user that alone touches the bytes of photos and products on their way.

Must not be imported by anything above it: it is reached through its private endpoint. How it fits together:

    daemon, server, methods, dialogue   clients: one asyncio loop, no byte of a photo
    desk        what clients ask, one method each
    workshop    everything behind it, opened and closed in order
    floor       the one lock: lanes, tasks out and back, what an outcome means for a transfer
    crew        the sender threads: each a connection, a buffer, a task at a time
    herald      four times a second: rates, news, cutting what was to stop, noticing sleep
    lane, dispatch, pace, meter         one transfer under way; who is next; how many connections; how fast
    records, changes, ears, journal*    the truth in memory; where every change is told; who hears of it
    work        what a transfer must offer to be carried: upload/ and download/ do
    blob/       requests to Blob storage; receipts/ what the server confirmed
"""
